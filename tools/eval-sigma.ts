/**
 * `npm run eval:sigma -- --dir DIR`: runs the upstream regression tests and the expected hits of a folder of the corpus'
 * shape (default: `data` in FIREBREAK_DATA_DIR) through the product's formats and the index. Every disagreement is a line;
 * the last line is a summary as JSON. What is not there or not understood is named on stderr; the exit code is 0 when
 * something was run.
 */
import { readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/base/errors.ts';
import { escapeControl } from '../src/base/printable.ts';
import { createIndex } from '../src/standards/sigma/index.ts';
import { findSets } from './eval-sigma/find-sets.ts';
import { ExpectedHits, judgeHits } from './eval-sigma/judge-hits.ts';
import { ExpectedCorrelations, judgeCorrelations, loadCorrelations } from './eval-sigma/judge-correlations.ts';
import { judgeRegression } from './eval-sigma/judge-regression.ts';
import { loadRules } from './eval-sigma/load-rules.ts';

const root = join(import.meta.dirname, '..');
const usual = resolve(root, process.env['FIREBREAK_DATA_DIR'] ?? '../shared', 'data');
const { values } = parseArgs({ options: { dir: { type: 'string' } } });
const dir = resolve(values.dir ?? usual);

const say = (text: string) => console.log(escapeControl(text));
const complain = (text: string) => console.error(escapeControl(text));

const summary = {
  regression_total: 0,
  regression_fired: 0,
  expected_hits: 0,
  missed: 0,
  extra: 0,
  /** Hits on which both agree, of all that either has; 1 only without any disagreement. */
  agreement: 1,
  /** Groups of correlations of which the reference says whether they fire, and those of which we say otherwise. */
  correlation_groups: 0,
  correlation_disagreements: 0,
  events: 0,
  unread_events: 0,
  rules_loaded: 0,
  files_run: 0,
  files_not_run: 0,
};

/** A file that cannot be judged is told and left out; the others are judged. */
async function attempt(file: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    summary.files_run += 1;
  } catch (error) {
    summary.files_not_run += 1;
    complain(`NOT RUN ${relative('.', file)}: ${messageOf(error)}`);
  }
}

const sets = findSets(dir, usual);
if (sets.archives.length === 0)
  complain(`There are no rules: neither ${dir} nor ${usual} has sigma/sigma-rules*.tar.gz.`);
const isAny = sets.regressions.length + sets.expectations.length > 0;
const set = loadRules(isAny ? sets.archives : [], (archive, detail) =>
  complain(`NOT READ ${relative('.', archive)}: ${detail}`),
);
summary.rules_loaded = set.rules.length;
const index = createIndex(set.rules, set.filters);

for (const file of sets.regressions)
  await attempt(file, async () => {
    const { total, fired, silent, unreadable } = await judgeRegression(file, index);
    summary.regression_total += total;
    summary.regression_fired += fired;
    for (const { rule, title, line } of silent)
      say(`silent ${rule} "${title}" ${relative(dir, file)}:${line}: the upstream test does not fire`);
    for (const line of unreadable) complain(`NOT RUN ${relative('.', file)}:${line}: this line is no regression test`);
  });

for (const file of sets.expectations)
  await attempt(file, async () => {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const correlations = ExpectedCorrelations.safeParse(parsed);
    if (correlations.success) return runCorrelations(file, correlations.data);
    const expected = ExpectedHits.safeParse(parsed);
    if (!expected.success) throw new Error('its shape is not known');
    const path = sets.logOf(expected.data.log);
    if (path === undefined) throw new Error(`the log ${expected.data.log} is not here`);
    const judged = await judgeHits(expected.data, { file, path, set, index });
    summary.expected_hits += judged.expected;
    summary.events += judged.events;
    summary.unread_events += judged.unread;
    for (const { way, rule, title, log, line } of judged.disagreements) {
      summary[way] += 1;
      say(`${way} ${rule} "${title}" ${log}:${line}`);
    }
    complain(
      `${basename(file)}: ${judged.events} events (${judged.unread} not read), ${judged.expected} hits expected, ` +
        `${judged.disagreements.length} disagreements, ${judged.notJudged} hits of rules that the reference did not run`,
    );
  });

/** Each log of the file by itself: one that is not there does not hinder the others. */
async function runCorrelations(file: string, { files }: ExpectedCorrelations): Promise<void> {
  if (sets.correlations.length === 0) throw new Error('there are no sigma/correlation-*.yml');
  const counting = loadCorrelations(sets.correlations);
  for (const [log, expected] of Object.entries(files)) {
    const path = sets.logOf(log);
    if (path === undefined) {
      complain(`NOT RUN ${relative('.', file)}: the log ${log} is not here`);
      continue;
    }
    const { groups, disagreements } = await judgeCorrelations(expected, { log, path, set: counting });
    summary.correlation_groups += groups;
    summary.correlation_disagreements += disagreements.length;
    for (const { way, rule, title, line } of disagreements) say(`correlation ${way} ${rule} "${title}" ${log}:${line}`);
  }
}

const either = summary.expected_hits + summary.extra;
if (summary.files_run === 0) summary.agreement = 0;
else if (either > 0) summary.agreement = Math.floor(((summary.expected_hits - summary.missed) / either) * 1e6) / 1e6;
if (summary.files_run === 0)
  complain(`Nothing was run: ${dir} has no sigma/regression-*.jsonl.gz and no expected/*.json.`);
console.log(JSON.stringify(summary));
process.exitCode = summary.files_run > 0 ? 0 : 1;
