import { useState } from 'react';
import { armRule, getShadowRecord, listRules, type ShadowRecord, type WireRule } from '../../../src/api/rules.ts';
import { LadderLevel } from '../../../src/schema/containment.ts';
import { useCall, useEdit } from '../queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Empty, Loaded } from '../ui/states.tsx';

const levelTones: Record<string, Tone> = {
  informational: 'soft',
  low: 'info',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
};
const ladderTones: Record<LadderLevel, Tone> = { shadow: 'soft', suggest: 'info', approve: 'warn', auto: 'ok' };

export function RulesPage() {
  const rules = useCall(listRules, {});
  return (
    <div className="space-y-4">
      <h1 className="text-lg font-semibold">Rules</h1>
      <Loaded query={rules}>
        {({ items, errors }) => (
          <>
            {errors.length > 0 && (
              <section aria-label="Files that could not be loaded" className="panel border-bad/40!">
                <h2 className="px-4 pt-3 pb-2 font-semibold">{errors.length} could not be loaded; all others work</h2>
                <ul>
                  {errors.map((error) => (
                    <li
                      key={`${error.file} ${error.line ?? 0} ${error.message}`}
                      className="border-line border-t px-4 py-2"
                    >
                      <span className="font-mono text-[13px]">
                        {error.file}
                        {error.line !== null && `:${error.line}`}
                      </span>{' '}
                      {error.message} <span className="text-soft">{error.fix}</span>
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <div className="panel overflow-x-auto">
              {items.length === 0 ? (
                <Empty title="No rule is loaded.">Rules are Sigma files in the folders of `content.rules`.</Empty>
              ) : (
                <RuleTable items={items} />
              )}
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function RuleTable({ items }: { items: readonly WireRule[] }) {
  return (
    <table className="w-full min-w-[48rem]">
      <thead>
        <tr>
          <th className="head">Rule</th>
          <th className="head">Level</th>
          <th className="head">May act</th>
        </tr>
      </thead>
      <tbody>
        {items.map((rule) => (
          <tr key={`${rule.id} ${rule.file}`}>
            <td className="cell">
              <span className="font-medium">{rule.title}</span>{' '}
              {rule.kind !== 'rule' && <Badge tone="soft">{rule.kind}</Badge>}
              <p className="text-soft font-mono text-[12.5px]">{rule.file}</p>
            </td>
            <td className="cell">
              {rule.level && <Badge tone={levelTones[rule.level] ?? 'soft'}>{rule.level}</Badge>}
            </td>
            <td className="cell">
              {rule.armings.map((arming) => (
                <div key={arming.action} className="flex items-center gap-2">
                  <Badge tone={ladderTones[arming.level]}>
                    {arming.action}: {arming.level}
                  </Badge>
                  <Arm rule={rule} action={arming.action} level={arming.level} />
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Going further needs the shadow record on the screen and the protected set confirmed; the server checks both. */
function Arm({ rule, action, level }: { rule: WireRule; action: string; level: LadderLevel }) {
  const [asked, setAsked] = useState(false);
  const [next, setNext] = useState<LadderLevel>(level);
  const shadow = useCall(getShadowRecord, { params: { id: rule.id, action } }, { enabled: asked });
  const arm = useEdit(armRule);
  const act = () =>
    arm.mutateAsync({
      params: { id: rule.id, action },
      body: { level: next, protected_confirmed: true, ...(shadow.data && { shadow_seen: shadow.data.count }) },
    });
  return (
    <span onPointerDown={() => setAsked(true)} onFocus={() => setAsked(true)}>
      <ConfirmButton label="Change" title={`How far may “${rule.title}” go with ${action}?`} act={act}>
        <Loaded query={shadow}>{(record) => <Record record={record} />}</Loaded>
        <label className="mt-3 block space-y-1">
          <span className="label">Level</span>
          <select className="field" value={next} onChange={(event) => setNext(LadderLevel.parse(event.target.value))}>
            {LadderLevel.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        </label>
      </ConfirmButton>
    </span>
  );
}

function Record({ record }: { record: ShadowRecord }) {
  return (
    <div className="space-y-2">
      <p>In shadow it would have acted {record.count} times.</p>
      <ul className="max-h-40 overflow-y-auto">
        {record.latest.map((entry) => (
          <li key={`${entry.target} ${entry.at}`}>
            <span className="font-mono">{entry.target}</span> {entry.would_have}: {entry.reason}
          </li>
        ))}
      </ul>
      <details>
        <summary className="text-accent">Never contained: {record.protected_set.length} addresses and ranges</summary>
        <ul>
          {record.protected_set.map((entry) => (
            <li key={entry.range}>
              <span className="font-mono">{entry.range}</span> {entry.reason}
            </li>
          ))}
        </ul>
      </details>
      <p>By going on you confirm that nothing is missing from it.</p>
    </div>
  );
}
