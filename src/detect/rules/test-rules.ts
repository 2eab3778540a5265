import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { FirebreakError } from '../../base/errors.ts';
import type { Format } from '../../connector/index.ts';
import { severityNames } from '../../schema/severity.ts';
import { createContent, type Content } from './content.ts';
import { parseFixture, type Case, type Expected, type Fixture } from './fixture.ts';
import { readRules } from './read-rules.ts';
import { rehearse, type RehearsedFinding } from './rehearse.ts';

export interface RuleTestCase {
  /** The fixture file. */
  file: string;
  name: string;
  passed: boolean;
  /** Why not, one sentence each. */
  failures: string[];
}

export interface RuleTestReport {
  cases: RuleTestCase[];
  passed: number;
  failed: number;
  /** Rules that make findings and have no fixture, as `file: title`. */
  without_fixture: string[];
  /** Rules and fixtures that do not load, as `file:line:column message`. */
  problems: string[];
}

/** Runs `<name>.fixtures.yml` beside each `<name>.yml`. Rules of other files run along, and only the file's own are judged. */
export async function testRules(
  dirs: readonly string[],
  formats: ReadonlyMap<string, Format>,
): Promise<RuleTestReport> {
  const parsed = await readRules(dirs);
  const content = createContent(parsed);
  const report: RuleTestReport = { cases: [], passed: 0, failed: 0, without_fixture: [], problems: [] };
  for (const { file, problems } of content.listings)
    for (const { line, column, message } of problems)
      report.problems.push(`${file}:${line ?? 1}:${column ?? 1} ${message}`);
  const files = new Set(content.set.documents.flatMap(({ read, file }) => (read ? [file] : [])));
  for (const file of files) {
    const reporting = titlesOf(content, file);
    const fixtureFile = file.replace(/\.ya?ml$/i, '.fixtures.yml');
    if (!existsSync(fixtureFile)) {
      report.without_fixture.push(...reporting.map((title) => `${file}: ${title}`));
      continue;
    }
    const fixture = parseFixture(await readFile(fixtureFile, 'utf8'), relative('.', fixtureFile));
    if (fixture instanceof FirebreakError) {
      report.problems.push(`${fixtureFile}:1:1 ${fixture.message}`);
      continue;
    }
    for (const one of fixture.cases) {
      const failures = await runCase(one, fixture, file, content, formats);
      report.cases.push({ file: fixtureFile, name: one.name, passed: failures.length === 0, failures });
    }
  }
  report.passed = report.cases.filter(({ passed }) => passed).length;
  report.failed = report.cases.length - report.passed;
  return report;
}

function titlesOf(content: Content, file: string): string[] {
  return [...content.set.rules, ...content.set.correlations]
    .filter(({ header }) => header.file === file && content.set.reporting.has(header.id))
    .map(({ header }) => header.title);
}

async function runCase(
  one: Case,
  fixture: Fixture,
  file: string,
  content: Content,
  formats: ReadonlyMap<string, Format>,
): Promise<string[]> {
  const name = one.format ?? fixture.format;
  const format = formats.get(name);
  if (!format) return [`There is no format "${name}"; there are: ${[...formats.keys()].join(', ')}.`];
  const lines = one.lines.flatMap((line) =>
    typeof line === 'string' ? [line] : Array<string>(line.times).fill(line.line),
  );
  const { findings, unread } = await rehearse(lines, { content, format, receivedAt: Date.parse(fixture.received_at) });
  const titles = titlesOf(content, file);
  const open = findings.filter(({ finding }) => titles.includes(finding.rule_title));
  const failures = unread.map((line) => `Line ${line} is not read by the format "${name}".`);
  for (const expected of one.findings) {
    const judged = open.map((found, index) => ({ index, differences: differencesOf(expected, found) }));
    const best = judged.sort((left, right) => left.differences.length - right.differences.length)[0];
    if (!best) failures.push(`A finding of "${expected.rule ?? titles.join('" or "')}" is missing.`);
    else {
      failures.push(...best.differences);
      open.splice(best.index, 1);
    }
  }
  for (const { finding, onLine } of open)
    failures.push(`"${finding.rule_title}" was not expected: line ${onLine}, ${finding.message}`);
  return failures;
}

function differencesOf(expected: Expected, { finding, onLine }: RehearsedFinding): string[] {
  const actors = finding.subjects.filter(({ role }) => role === 'actor').map(({ value }) => value);
  const pairs: [string, unknown, unknown][] = [
    ['rule', expected.rule, finding.rule_title],
    ['on_line', expected.on_line, onLine],
    ['event_count', expected.event_count, finding.event_count],
    ['severity', expected.severity, severityNames[finding.severity_id]],
    ['group', expected.group, finding.group_key],
    ['message', expected.message, finding.message],
    ['actors', expected.actors && expected.actors.toSorted().join(', '), actors.toSorted().join(', ')],
  ];
  return pairs
    .filter(([, wanted, given]) => wanted !== undefined && wanted !== given)
    .map(([what, wanted, given]) => `${what} is ${String(given)}, not ${String(wanted)}.`);
}
