import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { listRules, type LoadError, type WireRule } from '../../../src/api/rules.ts';
import { useCall } from '../queries.ts';
import { Empty, Loaded } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useTitle } from '../ui/title.ts';
import { visible } from '../ui/visible.ts';
import { RuleTable } from './rule-table.tsx';

const shows = [
  { value: 'finding', label: 'Make findings' },
  { value: 'armed', label: 'Armed' },
  { value: 'all', label: 'All' },
] as const;
type Show = (typeof shows)[number]['value'];
const shownErrors = 200;

const route = getRouteApi('/rules');

export function RulesPage() {
  const search = route.useSearch();
  const show = shows.find(({ value }) => value === search.show)?.value ?? 'finding';
  const navigate = useNavigate();
  const rules = useCall(listRules, {});
  const [text, setText] = useState('');
  useTitle('Rules');
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Rules</h1>
        <div className="flex flex-wrap gap-2">
          <Tabs
            label="Which rules"
            options={shows}
            value={show}
            choose={(value) => void navigate({ to: '/rules', search: { show: value } })}
          />
          <input
            type="search"
            aria-label="Find rules by title, file, level or technique"
            placeholder="Title, file, level or technique"
            className="field w-72! max-sm:w-full!"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      </div>
      <p className="text-soft max-w-4xl">
        Every rule begins in shadow: it finds, and writes down what it would have contained. Arming lets an action go
        further: suggest, wait for a person’s yes, or act by itself.
      </p>
      <Loaded query={rules}>
        {({ items, errors }) => (
          <>
            {errors.length > 0 && <LoadErrors errors={errors} areOthersLoaded={items.length > 0} />}
            <div className="panel overflow-hidden">
              <Chosen items={items} show={show} text={text} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  );
}

function Chosen({ items, show, text }: { items: readonly WireRule[]; show: Show; text: string }) {
  if (items.length === 0)
    return (
      <Empty title="No rule is loaded.">
        Rules are Sigma files in the folders of <code>content.rules</code>.
      </Empty>
    );
  const found = items.filter((rule) => matches(rule, text));
  const chosen = found.filter((rule) => isShown(rule, show));
  if (chosen.length > 0) return <RuleTable key={`${show} ${text}`} items={chosen} of={items.length} />;
  if (found.length > 0 && text !== '')
    return <Empty title="None of these is called so.">{found.length} of all rules are: look under “All”.</Empty>;
  if (show === 'armed' && text === '')
    return (
      <Empty title="No rule is armed.">
        All are in shadow: nothing is contained by itself. “Change” at a rule that makes findings arms it.
      </Empty>
    );
  return <Empty title="No rule is called so." />;
}

function isShown(rule: WireRule, show: Show): boolean {
  if (show === 'finding') return rule.is_reporting;
  return show === 'all' || rule.armings.some(({ level }) => level !== 'shadow');
}

function matches(rule: WireRule, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  const all =
    `${rule.title} ${rule.file} ${rule.level ?? ''} ${rule.kind} ${rule.id} ${rule.technique_ids.join(' ')}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

function LoadErrors({ errors, areOthersLoaded }: { errors: readonly LoadError[]; areOthersLoaded: boolean }) {
  return (
    <section aria-label="Rules that could not be loaded" className="panel border-bad/40!">
      <h2 className="px-4 pt-3 pb-2 font-semibold">
        {errors.length} could not be loaded{areOthersLoaded && '; all others work'}
      </h2>
      <ul className="max-h-96 overflow-y-auto">
        {errors.slice(0, shownErrors).map((error) => (
          <li key={`${error.file} ${error.line ?? 0} ${error.message}`} className="border-line border-t px-4 py-2">
            <span className="font-mono text-[13px]">
              {visible(error.file)}
              {error.line !== null && `:${error.line}`}
            </span>{' '}
            {visible(error.message)} <span className="text-soft">{visible(error.fix)}</span>
          </li>
        ))}
      </ul>
      {errors.length > shownErrors && (
        <p className="text-soft border-line border-t px-4 py-2">
          The first {shownErrors}; <code>firebreak rule list --why-not-loaded</code> has all.
        </p>
      )}
    </section>
  );
}
