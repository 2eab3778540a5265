import { defineErrors, type FirebreakError } from '../../../base/errors.ts';

/** What is odd about a rule that loads. */
export const findings = defineErrors('LINT', {
  ALWAYS_TRUE: {
    kind: 'user',
    message: () => 'The condition is true of every event.',
    fix: 'Correct the condition: a search and its negation are probably joined by "or".',
  },
  NEVER_TRUE: {
    kind: 'user',
    message: () => 'The condition can never be true.',
    fix: 'Correct the filter that takes away all that is selected, or the two searches that exclude each other.',
  },
  USELESS_SEARCH: {
    kind: 'user',
    message: (name: string) => `"${name}" changes nothing: the condition has the same outcome without it.`,
    fix: 'Remove it, or correct it: it is excluded or implied by the other searches.',
  },
  UNUSED_SEARCH: {
    kind: 'user',
    message: (name: string) => `The condition does not use "${name}".`,
    fix: 'Name it in the condition, or remove it.',
  },
  ALL_OF_THEM: {
    kind: 'user',
    message: () => '"all of them" leaves no place for a search that filters.',
    fix: 'Write "all of selection_*", as the standard advises.',
  },
  OBSOLETE_TIMEFRAME: {
    kind: 'user',
    message: () => '"timeframe" belongs to aggregations that are no longer part of the standard; nothing reads it.',
    fix: 'Write a correlation with a "timespan".',
  },
  NO_ANCHOR: {
    kind: 'user',
    message: () =>
      'No text or number must be there for the rule to match, so that every event of its logsource is tried in full.',
    fix: 'Add a positive search with a plain value; a filter or a regular expression without fixed text gives none.',
  },
  REGEX_WITHOUT_TEXT: {
    kind: 'user',
    message: () => 'No fixed text of three characters or more is part of whatever the regular expression matches.',
    fix: 'Add a search for a plain text beside it with "contains", so that it is run on few events.',
  },
  REGEX_COST: {
    kind: 'user',
    message: (instructions: number) =>
      `The regular expression makes ${instructions} instructions; each character of a value may cost all of them.`,
    fix: 'Use smaller counted repetitions, such as "+" for "{1,500}".',
  },
  USELESS_WILDCARD: {
    kind: 'user',
    message: (value: string) => `The wildcard at the edge of ${value} does nothing here.`,
    fix: 'Remove it: the modifier, or the search of a regular expression, leaves that side open.',
  },
  DUPLICATE_VALUE: {
    kind: 'user',
    message: (value: string) => `The value ${value} is in the list twice.`,
    fix: 'Remove one.',
  },
  SHADOWED_VALUE: {
    kind: 'user',
    message: (value: string, by: string) => `The value ${value} does nothing beside ${by}.`,
    fix: 'Remove it, or make the other one narrower.',
  },
  NULL_IN_LIST: {
    kind: 'user',
    message: () => 'The standard does not allow null in a list of values.',
    fix: 'Make it a search of its own and join the two by "or".',
  },
  SINGLE_ALL: {
    kind: 'user',
    message: () => '"all" needs more than one value.',
    fix: 'Remove the modifier, or add the other values.',
  },
  UNKNOWN_TAG: {
    kind: 'user',
    message: (tag: string) => `The tag "${tag}" is none of the standard's.`,
    fix: 'Correct it; the namespaces are attack, car, cve, d3fend, detection, stp and tlp, each with names of its own.',
  },
  TAG_SPELLING: {
    kind: 'user',
    message: (tag: string, wanted: string) => `The tag "${tag}" is written "${wanted}".`,
    fix: 'Correct the spelling; tags are lower case, with "-" in the names of tactics.',
  },
  MISSING_FIELDS: {
    kind: 'user',
    message: (names: string) => `The rule does not say: ${names}.`,
    fix: 'Add them: they tell others what to make of a hit.',
  },
  BAD_ID: {
    kind: 'user',
    message: (id: string) => `The id "${id}" is no UUID.`,
    fix: 'Make a random one, such as with `uuidgen`.',
  },
  BAD_STATUS: {
    kind: 'user',
    message: (status: string) => `The status "${status}" is none of the standard's.`,
    fix: 'Write stable, test, experimental, deprecated or unsupported.',
  },
  BAD_DATE: {
    kind: 'user',
    message: (key: string) => `"${key}" is no date.`,
    fix: 'Write it as YYYY-MM-DD.',
  },
  BAD_RELATED: {
    kind: 'user',
    message: () => '"related" must be a list of maps with an "id" and a "type".',
    fix: 'Types are derived, obsolete, merged, renamed and similar.',
  },
  LOGSOURCE_CASE: {
    kind: 'user',
    message: (key: string) => `"logsource.${key}" is not in lower case, or has spaces.`,
    fix: 'Write it in lower case, with "_" for a space.',
  },
});

/** error: the rule is wrong; warning: it does more or less than its text seems to say; note: it could say more. */
export type LintSeverity = 'error' | 'warning' | 'note';

const severities: Readonly<Record<string, LintSeverity>> = {
  'LINT.ALWAYS_TRUE': 'error',
  'LINT.NEVER_TRUE': 'error',
  'LINT.REGEX_WITHOUT_TEXT': 'note',
  'LINT.ALL_OF_THEM': 'note',
  'LINT.SINGLE_ALL': 'note',
  'LINT.TAG_SPELLING': 'note',
  'LINT.MISSING_FIELDS': 'note',
  'LINT.BAD_ID': 'note',
  'LINT.LOGSOURCE_CASE': 'note',
};

export const severityOf = ({ code }: FirebreakError): LintSeverity => severities[code] ?? 'warning';
