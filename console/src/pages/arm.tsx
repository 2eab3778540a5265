import { useState } from 'react';
import { armRule, getShadowRecord, type ShadowRecord, type WireRule } from '../../../src/api/rules.ts';
import { LadderLevel } from '../../../src/schema/containment.ts';
import { useCall, useEdit } from '../queries.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Loaded } from '../ui/states.tsx';
import { Moment } from '../ui/time.tsx';
import { visible } from '../ui/visible.ts';

const meanings: Record<LadderLevel, string> = {
  shadow: 'write down what it would have done',
  suggest: 'suggest it to people',
  approve: 'wait for a person’s yes',
  auto: 'act by itself',
};

/** Going further needs the shadow record on the screen and the protected set confirmed; the server checks both. */
export function Arm({ rule, action, level }: { rule: WireRule; action: string; level: LadderLevel }) {
  const [asked, setAsked] = useState(false);
  const [next, setNext] = useState<LadderLevel>(level);
  const [confirmed, confirm] = useState(false);
  const shadow = useCall(getShadowRecord, { params: { id: rule.id, action } }, { enabled: asked });
  const arm = useEdit(armRule);
  const goesFar = next === 'approve' || next === 'auto';
  const act = () =>
    arm.mutateAsync({
      call: {
        params: { id: rule.id, action },
        body: { level: next, protected_confirmed: confirmed, shadow_seen: shadow.data?.count ?? 0 },
      },
    });
  return (
    <span onPointerDown={() => setAsked(true)} onFocus={() => setAsked(true)}>
      <ConfirmButton
        label="Change"
        name={`Change how far ${visible(rule.title)} may go`}
        title={`How far may “${visible(rule.title)}” go with ${action}?`}
        act={act}
      >
        <label className="block space-y-1">
          <span className="label">Level</span>
          <select className="field" value={next} onChange={(event) => setNext(LadderLevel.parse(event.target.value))}>
            {LadderLevel.options.map((option) => (
              <option key={option} value={option}>
                {option}: {meanings[option]}
              </option>
            ))}
          </select>
        </label>
        <div className="mt-3">
          <Loaded query={shadow}>{(record) => <Record record={record} />}</Loaded>
        </div>
        {goesFar && (
          <label className="text-ink mt-3 flex items-start gap-2">
            <input
              type="checkbox"
              required
              className="mt-0.5"
              checked={confirmed}
              onChange={(event) => confirm(event.target.checked)}
            />
            I have read the shadow record, and nothing is missing from what is never contained.
          </label>
        )}
      </ConfirmButton>
    </span>
  );
}

function Record({ record }: { record: ShadowRecord }) {
  return (
    <div className="space-y-2">
      <p>
        In shadow it would have acted {record.count} {record.count === 1 ? 'time' : 'times'}
        {record.count === 0 ? ': there is nothing to judge it by yet.' : ':'}
      </p>
      {record.latest.length > 0 && (
        <ul className="border-line max-h-40 space-y-1 overflow-y-auto rounded border p-2">
          {record.latest.map((entry) => (
            <li key={`${entry.target} ${entry.at}`}>
              <span className="text-ink font-mono text-[13px]">{visible(entry.target)}</span>{' '}
              <Moment at={entry.at} show="relative" />: {visible(entry.would_have)}, {visible(entry.reason)}
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary className="text-accent w-fit">
          Never contained: {record.protected_set.length} addresses and ranges
        </summary>
        <ul className="border-line mt-1 max-h-40 overflow-y-auto rounded border p-2">
          {record.protected_set.map((entry) => (
            <li key={`${entry.range} ${entry.source}`}>
              <span className="text-ink font-mono text-[13px]">{visible(entry.range)}</span> {visible(entry.reason)}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
