import { useState } from 'react';
import type { WireRule } from '../../../src/api/rules.ts';
import type { LadderLevel } from '../../../src/schema/containment.ts';
import { useMay } from '../queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { visible } from '../ui/visible.ts';
import { Arm } from './arm.tsx';

const levelTones: Record<string, Tone> = {
  informational: 'soft',
  low: 'info',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
};
const ladderTones: Record<LadderLevel, Tone> = { shadow: 'soft', suggest: 'info', approve: 'warn', auto: 'ok' };
const shownAtOnce = 100;

/** @param of how many rules there are in all */
export function RuleTable({ items, of }: { items: readonly WireRule[]; of: number }) {
  const [shown, setShown] = useState(shownAtOnce);
  const left = items.length - shown;
  return (
    <>
      <table className="w-full">
        <thead>
          <tr>
            <th className="head">{items.length === of ? `${of} rules` : `${items.length} of ${of} rules`}</th>
            <th className="head max-sm:hidden">Level</th>
            <th className="head max-lg:hidden">Status</th>
            <th className="head w-72 max-sm:hidden">How far it may go</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, shown).map((rule) => (
            <Row key={`${rule.id} ${rule.file}`} rule={rule} />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <p className="text-soft border-line flex flex-wrap items-center gap-2 border-t px-4 py-2">
          {left} more; words above narrow them.
          <Button onClick={() => setShown(shown + shownAtOnce)}>Show {Math.min(left, shownAtOnce)} more</Button>
        </p>
      )}
    </>
  );
}

function Row({ rule }: { rule: WireRule }) {
  const level = rule.level && <Badge tone={levelTones[rule.level] ?? 'soft'}>{visible(rule.level)}</Badge>;
  return (
    <tr>
      <td className="cell">
        <span className="font-medium">{visible(rule.title)}</span>{' '}
        {rule.kind !== 'rule' && <Badge tone="soft">{rule.kind}</Badge>} <span className="sm:hidden">{level}</span>{' '}
        {!rule.is_reporting && rule.kind !== 'filter' && <Badge tone="soft">only counted by others</Badge>}
        {rule.description !== null && (
          <p className="text-soft max-w-3xl">{visible(rule.description.replaceAll(/\s+/g, ' '))}</p>
        )}
        <p className="text-soft font-mono text-[12.5px]">
          {[visible(rule.file), ...rule.technique_ids.map(visible)].join(' · ')}
        </p>
        <div className="mt-1.5 sm:hidden">
          <Armings rule={rule} />
        </div>
      </td>
      <td className="cell max-sm:hidden">{level}</td>
      <td className="cell text-soft max-lg:hidden">{rule.status && visible(rule.status)}</td>
      <td className="cell max-sm:hidden">
        <Armings rule={rule} />
      </td>
    </tr>
  );
}

function Armings({ rule }: { rule: WireRule }) {
  const mayArm = useMay('rule.arm');
  if (!rule.is_reporting) return null;
  // What nobody armed is in shadow.
  const armings: readonly { action: string; level: LadderLevel }[] =
    rule.armings.length > 0 ? rule.armings : [{ action: 'deny-address', level: 'shadow' }];
  return armings.map((arming) => (
    <div key={arming.action} className="flex items-center gap-2">
      <Badge tone={ladderTones[arming.level]}>
        {arming.action}: {arming.level}
      </Badge>
      {mayArm && <Arm rule={rule} action={arming.action} level={arming.level} />}
    </div>
  ));
}
