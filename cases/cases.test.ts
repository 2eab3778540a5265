import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { allFormats } from '../connectors/formats.ts';
import { fakeClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { rehearse, type Rehearsal } from '../src/cli/rehearse.ts';
import { corpusDir, hasCorpus } from '../test/corpus.ts';
import { testDatabase } from '../test/database.ts';

const Case = z.strictObject({ why: z.string(), log: z.string(), format: z.string() });
const root = resolve(import.meta.dirname, '..');
/** Lines without a year belong to the one before this. */
const now = Date.UTC(2026, 10, 21);

/** What a case promises: counts and who, not every word: which of two rules that fire on one line names the incident is left open. */
function gist(rehearsal: Rehearsal) {
  const findings: Record<string, { findings: number; events: number }> = {};
  for (const { rule, events } of rehearsal.findings) {
    const sum = (findings[rule] ??= { findings: 0, events: 0 });
    sum.findings += 1;
    sum.events += events;
  }
  const outcomes: Record<string, string[]> = {};
  for (const { target, outcome } of rehearsal.containments) (outcomes[outcome] ??= []).push(target);
  for (const targets of Object.values(outcomes)) targets.sort();
  return {
    events: rehearsal.events,
    findings,
    incidents: rehearsal.incidents.map(({ severity, entity, findings: count, events }) => ({
      severity,
      entity,
      findings: count,
      events,
    })),
    containments: outcomes,
  };
}

for (const name of readdirSync(import.meta.dirname).filter((entry) =>
  existsSync(join(import.meta.dirname, entry, 'case.yml')),
)) {
  const folder = join(import.meta.dirname, name);
  const { why, log, format } = Case.parse(parse(readFileSync(join(folder, 'case.yml'), 'utf8')));
  test.skipIf(!hasCorpus(log))(`${name}: ${why}`, { timeout: 120_000 }, async () => {
    const got = gist(
      await rehearse({
        db: await testDatabase(),
        clock: fakeClock(now),
        log: silentLog,
        formats: allFormats,
        files: [{ path: join(corpusDir, log), format }],
        rulesDirs: [join(root, 'content/rules')],
        playbookDirs: [join(root, 'content/playbooks')],
        policyDirs: [join(root, 'content/policies')],
        stopFile: join(tmpdir(), 'firebreak-no-stop-file'),
      }),
    );
    const golden = join(folder, 'expected.json');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(got, null, 2)}\n`);
    expect(got).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
}
