import type { RiskTerm } from '../../../../src/schema/incident.ts';
import { words } from '../../ui/badge.tsx';
import { visible } from '../../ui/visible.ts';

export function RiskTerms({ terms }: { terms: readonly RiskTerm[] }) {
  return (
    <table className="w-full">
      <tbody>
        {terms.map((term) => (
          <tr key={term.name}>
            <td className="cell w-14 text-right! font-medium whitespace-nowrap tabular-nums">
              {term.points > 0 && '+'}
              {Number(term.points.toFixed(1))}
            </td>
            <td className="cell">
              <span className="font-medium">{words(term.name)}</span>{' '}
              <span className="text-soft">{visible(term.reason)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
