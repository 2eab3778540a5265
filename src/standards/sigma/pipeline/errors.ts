import { defineErrors } from '../../../base/errors.ts';

/** What is wrong with a processing pipeline, or with a rule because of one. */
export const errors = defineErrors('PIPELINE', {
  NOT_A_PIPELINE: {
    kind: 'user',
    message: () => 'This document has no "transformations".',
    fix: 'Write a pySigma processing pipeline, or take the file out of content.pipelines.',
  },
  BAD_VALUE: {
    kind: 'user',
    message: (what: string, expected: string) => `"${what}" must be ${expected}.`,
    fix: 'Correct the value.',
  },
  UNKNOWN: {
    kind: 'user',
    message: (what: string, name: string, known: string) => `There is no ${what} "${name}"; there are: ${known}.`,
    fix: 'Use one of these, or correct the spelling.',
  },
  NOT_FOR_EVENTS: {
    kind: 'user',
    message: (name: string) => `"${name}" shapes the query of a database; rules here are run on events.`,
    fix: 'Remove it; value_placeholders with vars gives placeholders their values.',
  },
  BAD_REGEX: {
    kind: 'user',
    message: (detail: string) => `The regular expression cannot be run in linear time: ${detail}`,
    fix: 'Use RE2 syntax: no look-around, no back-references.',
  },
  REFUSED: {
    kind: 'user',
    message: (message: string, pipeline: string) => `The pipeline "${pipeline}" refuses this rule: ${message}`,
    fix: 'Give the rule another logsource or fields that the pipeline knows, or change the pipeline.',
  },
  EMPTIED: {
    kind: 'user',
    message: (pipeline: string) => `The pipeline "${pipeline}" drops everything that the rule looks for.`,
    fix: 'Narrow the conditions of drop_detection_item.',
  },
  TWO_FIELDS: {
    kind: 'user',
    message: (field: string, pipeline: string) =>
      `The pipeline "${pipeline}" maps "${field}" to several fields, and a correlation can only group or count by one.`,
    fix: 'Map it to one field, or exclude correlations by a rule condition.',
  },
});
