import { useState } from 'react';
import { listRules, type LoadError, type WireRule } from '../../../src/api/rules.ts';
import type { LadderLevel } from '../../../src/schema/containment.ts';
import { useCall, useMay } from '../queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
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
const shown = 200;

export function RulesPage() {
  const rules = useCall(listRules, {});
  const [text, setText] = useState('');
  useTitle('Rules');
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Rules</h1>
        <input
          type="search"
          aria-label="Find rules by title, file, level or technique"
          placeholder="Title, file, level or technique"
          className="field w-72! max-w-full"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <p className="text-soft max-w-4xl">
        Every rule begins in shadow: it finds, and writes down what it would have contained. Arming lets an action go
        further: suggest, wait for a person’s yes, or act by itself.
      </p>
      <Loaded query={rules}>
        {({ items, errors }) => (
          <>
            {errors.length > 0 && <LoadErrors errors={errors} />}
            <div className="panel overflow-hidden">
              <RuleTable items={items.filter((rule) => matches(rule, text))} isFiltered={text !== ''} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function matches(rule: WireRule, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  const all =
    `${rule.title} ${rule.file} ${rule.level ?? ''} ${rule.kind} ${rule.id} ${rule.technique_ids.join(' ')}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

function LoadErrors({ errors }: { errors: readonly LoadError[] }) {
  return (
    <section aria-label="Rules that could not be loaded" className="panel border-bad/40!">
      <h2 className="px-4 pt-3 pb-2 font-semibold">{errors.length} could not be loaded; all others work</h2>
      <ul>
        {errors.slice(0, shown).map((error) => (
          <li key={`${error.file} ${error.line ?? 0} ${error.message}`} className="border-line border-t px-4 py-2">
            <span className="font-mono text-[13px]">
              {visible(error.file)}
              {error.line !== null && `:${error.line}`}
            </span>{' '}
            {visible(error.message)} <span className="text-soft">{visible(error.fix)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RuleTable({ items, isFiltered }: { items: readonly WireRule[]; isFiltered: boolean }) {
  if (items.length === 0)
    return isFiltered ? (
      <Empty title="No rule is called so." />
    ) : (
      <Empty title="No rule is loaded.">Rules are Sigma files in the folders of `content.rules`.</Empty>
    );
  return (
    <>
      <table className="w-full">
        <thead>
          <tr>
            <th className="head">Rule</th>
            <th className="head max-sm:hidden">Level</th>
            <th className="head max-lg:hidden">Status</th>
            <th className="head w-72 max-sm:w-auto">How far it may go</th>
          </tr>
        </thead>
        <tbody>
          {items.slice(0, shown).map((rule) => (
            <Row key={`${rule.id} ${rule.file}`} rule={rule} />
          ))}
        </tbody>
      </table>
      {items.length > shown && (
        <p className="text-soft border-line border-t px-4 py-2">
          {items.length - shown} more; narrow them by words above.
        </p>
      )}
    </>
  );
}

function Row({ rule }: { rule: WireRule }) {
  const mayArm = useMay('rule.arm');
  // What nobody armed is in shadow.
  const armings: readonly { action: string; level: LadderLevel }[] =
    rule.armings.length > 0 ? rule.armings : [{ action: 'deny-address', level: 'shadow' }];
  const level = rule.level && <Badge tone={levelTones[rule.level] ?? 'soft'}>{visible(rule.level)}</Badge>;
  return (
    <tr>
      <td className="cell">
        <span className="font-medium">{visible(rule.title)}</span>{' '}
        {rule.kind !== 'rule' && <Badge tone="soft">{rule.kind}</Badge>} <span className="sm:hidden">{level}</span>
        {!rule.is_reporting && rule.kind !== 'filter' && <Badge tone="soft">only counted by others</Badge>}
        {rule.description !== null && (
          <p className="text-soft max-w-3xl">{visible(rule.description.replaceAll(/\s+/g, ' '))}</p>
        )}
        <p className="text-soft font-mono text-[12.5px]">
          {[visible(rule.file), ...rule.technique_ids.map(visible)].join(' · ')}
        </p>
      </td>
      <td className="cell max-sm:hidden">{level}</td>
      <td className="cell text-soft max-lg:hidden">{rule.status && visible(rule.status)}</td>
      <td className="cell">
        {rule.is_reporting &&
          armings.map((arming) => (
            <div key={arming.action} className="flex items-center gap-2 max-sm:flex-wrap">
              <Badge tone={ladderTones[arming.level]}>
                {arming.action}: {arming.level}
              </Badge>
              {mayArm && <Arm rule={rule} action={arming.action} level={arming.level} />}
            </div>
          ))}
      </td>
    </tr>
  );
}
