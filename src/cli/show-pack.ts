import { counted } from '../base/counted.ts';
import type { Packs, PreparedUpdate, RevisionRehearsal } from '../detect/index.ts';

type AddedPack = Awaited<ReturnType<Packs['add']>>;

/** A pack that is in use now: its revision, licence and what was not taken. */
export function showAddedPack(pack: AddedPack): string {
  return [
    `${pack.name} is at ${pack.revision}: ${countsText(pack.counts)}.`,
    ...licenceText(pack.licence),
    ...leftOutText(pack.left_out),
    'Its rules begin in shadow; a running server has them within seconds. Problems: firebreak rule list',
  ].join('\n');
}

/** What an update would change, as it is told before it is applied. */
interface ToldUpdate {
  name: string;
  from: string;
  to: string;
  is_same: boolean;
  licence: PreparedUpdate['next']['licence'];
  added: PreparedUpdate['diff']['added'];
  removed: PreparedUpdate['diff']['removed'];
  changed: PreparedUpdate['diff']['changed'];
  is_licence_changed: boolean;
  rehearsal: (RevisionRehearsal & { days: number; is_cut: boolean }) | null;
}

const shownRules = 50;

export function showUpdate(told: ToldUpdate): string {
  if (told.is_same) return `${told.name} holds the same rules at ${told.to}.`;
  const { added, removed, changed, rehearsal } = told;
  const listed = (sign: string, rules: ToldUpdate['added']) => [
    ...rules.slice(0, shownRules).map(({ level, title, id }) => `  ${sign} ${level}: ${title} (${id})`),
    ...(rules.length > shownRules ? [`  ${sign} … and ${rules.length - shownRules} more (--json shows all)`] : []),
  ];
  return [
    `${told.name} ${told.from.slice(0, 12)} → ${told.to.slice(0, 12)}: ${counted(added.length, 'rule')} more, ${removed.length} less, ${changed.length} changed.`,
    ...(told.is_licence_changed ? ['Its licence is another text now:', ...licenceText(told.licence)] : []),
    ...listed('+', added),
    ...listed('-', removed),
    ...changed
      .slice(0, shownRules)
      .flatMap(({ title, id, file, diff }) => [
        `  ~ ${title} (${id}), ${file}`,
        ...diff.slice(0, 60).map((line) => `      ${line}`),
        ...(diff.length > 60 ? [`      … ${diff.length - 60} lines more (--json shows all)`] : []),
      ]),
    ...(changed.length > shownRules ? [`  ~ … and ${changed.length - shownRules} more (--json shows all)`] : []),
    ...(rehearsal ? rehearsalText(rehearsal) : []),
  ].join('\n');
}

function rehearsalText(rehearsal: NonNullable<ToldUpdate['rehearsal']>): string[] {
  const { days, events, present, next, rules } = rehearsal;
  if (events === 0) return [`The history of the last ${counted(days, 'day')} is empty: it was not rehearsed.`];
  const cut = rehearsal.is_cut ? ', the youngest of them' : '';
  return [
    `On ${counted(events, 'event')} of the last ${counted(days, 'day')}${cut} it makes ${counted(next, 'finding')}; the present revision makes ${present}.`,
    ...rules.slice(0, 20).map((rule) => `    ${rule.present} → ${rule.next}  ${rule.title}`),
  ];
}

function countsText({ rules, correlations, filters, refused }: AddedPack['counts']): string {
  const more = [
    ...(correlations > 0 ? [counted(correlations, 'correlation')] : []),
    ...(filters > 0 ? [counted(filters, 'filter')] : []),
    ...(refused > 0 ? [`${refused} that do not load`] : []),
  ];
  return [counted(rules, 'rule'), ...more].join(', ');
}

function licenceText(licence: AddedPack['licence']): string[] {
  if (!licence) return ['It has no licence file: ask its author before you use it.'];
  return [
    `Licence: ${licence.spdx ?? 'not one that is known here'} (${licence.file})`,
    ...licence.first_lines.map((line) => `  ${line}`),
  ];
}

function leftOutText(leftOut: AddedPack['left_out']): string[] {
  const reasons = [
    [leftOut.no_rule, 'other files'],
    [leftOut.deprecated, 'files whose rules are deprecated or unsupported'],
    [leftOut.too_large, 'files over 2 MB'],
    [leftOut.link, 'links or submodules'],
  ] as const;
  const texts = reasons.flatMap(([count, text]) => (count > 0 ? [`${count} ${text}`] : []));
  return texts.length > 0 ? [`Left out: ${texts.join(', ')}.`] : [];
}
