import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('SIGMA', {
  TOO_LARGE: {
    kind: 'user',
    message: (bytes: number, limit: number) => `The rule file has ${bytes} bytes; at most ${limit} are read.`,
    fix: 'Split it into smaller files.',
  },
  BAD_YAML: {
    kind: 'user',
    message: (detail: string) => `This is no readable YAML: ${detail}`,
    fix: 'Correct the YAML at the line named here.',
  },
  NOT_A_RULE: {
    kind: 'user',
    message: () => 'This document has no "detection", "correlation" or "filter".',
    fix: 'Add one of the three, or move the file out of the rule folder.',
  },
  MISSING: {
    kind: 'user',
    message: (what: string) => `"${what}" is missing.`,
    fix: 'Add it; the Sigma 2.1 specification makes it mandatory here.',
  },
  BAD_VALUE: {
    kind: 'user',
    message: (what: string, expected: string) => `"${what}" must be ${expected}.`,
    fix: 'Correct the value.',
  },
  UNKNOWN_MODIFIER: {
    kind: 'user',
    message: (modifier: string) => `Unknown modifier "${modifier}".`,
    fix: 'Use one of the modifiers in SPEC.md [M1], or correct the spelling.',
  },
  CONFLICTING_MODIFIERS: {
    kind: 'user',
    message: (first: string, second: string) => `The modifiers "${first}" and "${second}" cannot stand together.`,
    fix: 'Keep the one you mean; SPEC.md [M2] lists what goes together.',
  },
  MODIFIER_VALUE: {
    kind: 'user',
    message: (modifier: string, expected: string) => `The modifier "${modifier}" needs ${expected}.`,
    fix: 'Correct the value, or remove the modifier.',
  },
  MODIFIER_ALONE: {
    kind: 'user',
    message: (modifier: string, needed: string) => `The modifier "${modifier}" needs ${needed} before it.`,
    fix: 'Correct the order of the modifiers.',
  },
  UNRESOLVED_PLACEHOLDER: {
    kind: 'user',
    message: (name: string) => `The placeholder %${name}% has no values.`,
    fix: 'Give its values in the settings of the rule set, or remove "|expand". A rule with an unresolved placeholder is never loaded.',
  },
  BAD_REGEX: {
    kind: 'user',
    message: (detail: string) => `The regular expression cannot be run in linear time: ${detail}`,
    fix: 'Use RE2 syntax: no look-around, no back-references.',
  },
  TOO_MANY_VARIANTS: {
    kind: 'user',
    message: (limit: number) => `The modifiers make more than ${limit} variants of one value.`,
    fix: 'Use a shorter value, with fewer dashes.',
  },
  BAD_CONDITION: {
    kind: 'user',
    message: (detail: string) => `The condition cannot be read: ${detail}.`,
    fix: 'Correct the condition: and, or, not, parentheses, "1 of x*", "all of x*", "1 of them".',
  },
  UNKNOWN_SEARCH: {
    kind: 'user',
    message: (name: string) => `The condition names "${name}", which the detection does not have.`,
    fix: 'Correct the name, or add the search to the detection.',
  },
  UNKNOWN_RULE: {
    kind: 'user',
    message: (reference: string) => `No loaded rule has the id or name "${reference}".`,
    fix: 'Correct the reference, or load the rule it means (see its own problems).',
  },
  AMBIGUOUS_RULE: {
    kind: 'user',
    message: (reference: string) => `More than one rule has the id or name "${reference}".`,
    fix: 'Give each rule an id and a name of its own.',
  },
  CORRELATION_CYCLE: {
    kind: 'user',
    message: (title: string) => `The correlation "${title}" refers to itself by way of others.`,
    fix: 'Break the circle.',
  },
  GROUP_NOT_FED: {
    kind: 'user',
    message: (field: string, reference: string) =>
      `The correlation groups by "${field}", which the correlation "${reference}" does not carry.`,
    fix: 'Group the inner correlation by that field too, or give an alias.',
  },
  NOT_COUNTED: {
    kind: 'user',
    message: () => 'The condition names a rule that "correlation.rules" does not list.',
    fix: 'List the rule, or correct its name in the condition.',
  },
  CANNOT_HOLD: {
    kind: 'user',
    message: () => 'No window can satisfy this condition: a window begins with an event, so every count is at least 1.',
    fix: 'Correct the numbers. That something is absent can be seen only by another event: see correlate/SPEC.md [C10].',
  },
  UNSUPPORTED: {
    kind: 'user',
    message: (what: string) => `${what} is not supported.`,
    fix: 'The rule is left out rather than evaluated wrongly; see SPEC.md for what is supported.',
  },
  DUPLICATE_RULE: {
    kind: 'user',
    message: (id: string, file: string) => `The rule id "${id}" is already taken by ${file}.`,
    fix: 'Give the copy an id of its own, or delete it.',
  },
  FILTER_NARROWS: {
    kind: 'user',
    message: () => 'The condition of this filter has no negation, so it keeps only what it names.',
    fix: 'Write "condition: not selection" if what it names is to be suppressed (SPEC.md [F2]).',
  },
  FILTER_UNUSED: {
    kind: 'user',
    message: (reference: string) => `The filter names "${reference}", which no loaded rule is.`,
    fix: 'Correct the reference; the other rules it names are filtered all the same.',
  },
});
