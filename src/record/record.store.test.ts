import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { findingOf, fire, subject } from '../../test/findings.ts';
import { ocsfFaults } from '../../test/ocsf.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { sql } from '../db/index.ts';
import { entriesOfIncident } from '../ledger/index.ts';
import type { Containment } from '../schema/containment.ts';
import {
  advanceIncident,
  assignIncident,
  createTriage,
  declareIncident,
  incidentDetail,
  listIncidents,
  setVerdict,
} from '../triage/index.ts';
import {
  addEvidence,
  addNote,
  addTask,
  endTask,
  evidenceContent,
  evidenceOf,
  findingToOcsf,
  handOverEvidence,
  incidentReport,
  incidentToOcsf,
  notesOf,
  tasksOf,
  timelineOf,
} from './index.ts';
import { renderReport } from './report/incident-report.ts';
import { arrange } from './timeline.ts';

const db = await testDatabase();
const started = 1_700_000_000_000;
const clock = fakeClock(started);
const act = () => ({ by: 'user--ann', at: clock.now() });
const hostile = '\u001b[31mroot\u202e | <script>alert(1)</script> [x](javascript:1)\u0000\r\n# no';

beforeEach(async () => {
  clock.set(started);
  await db.read
    .run(sql`truncate incidents, incident_numbers, incident_causes, incident_findings, incident_claims, entities, verdicts,
    findings, finding_claims, notes, tasks, evidence restart identity`);
});

async function open(): Promise<string> {
  const finding = findingOf(
    'a',
    started - 60_000,
    [
      subject('ip', 'actor', '203.0.113.7'),
      subject('user', 'victim', hostile.replaceAll('\u0000', '')),
      subject('host', 'target', 'web1'),
    ],
    {
      message: '14 failed logons for root from 203.0.113.7 in 1 min',
      event_count: 14,
      last_seen_at: new Date(started - 10_000),
      attacks: [{ technique_id: 'T1110.001', tactic: 'credential-access' }, { technique_id: 'T1078' }],
      evidence: [
        {
          batch_id: 1,
          index: 0,
          source_id: 'source--test',
          uid: '7:120',
          raw_data: hostile.replaceAll('\u0000', ''),
          time: started - 60_000,
        },
      ],
    },
  );
  await fire(db, [finding]);
  await createTriage({ db, clock, log: silentLog }).turn();
  const id = (await listIncidents(db.read, { limit: 1 })).incidents[0]?.id;
  if (!id) throw new Error('no incident');
  return id;
}

describe('the record', () => {
  test('notes, tasks and evidence are kept, and the ledger has their hashes', async () => {
    const incidentId = await open();
    const note = await addNote(db.read, { incidentId, text: hostile }, act());
    expect(await notesOf(db.read, incidentId)).toEqual([note]);
    const task = await addTask(db.read, { incidentId, title: 'Ask the owner', assignee: 'user--bob' }, act());
    await endTask(db.read, { id: task.id, status: 'done' }, act());
    await expect(endTask(db.read, { id: task.id, status: 'done' }, act())).rejects.toMatchObject({
      code: 'RECORD.NO_TASK',
    });
    expect((await tasksOf(db.read, incidentId))[0]).toMatchObject({ status: 'done', ended_by: 'user--ann' });
    const piece = await addEvidence(
      db.read,
      {
        incidentId,
        title: 'auth.log',
        origin: 'web1:/var/log/auth.log',
        mediaType: 'text/plain',
        content: Buffer.from('abc'),
      },
      act(),
    );
    expect(piece.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    clock.advance(1_000);
    await handOverEvidence(db.read, { id: piece.id, holder: 'user--carl', purpose: 'analysis' }, act());
    expect((await evidenceOf(db.read, incidentId))[0]?.custody.map((entry) => entry.holder)).toEqual([
      'user--ann',
      'user--carl',
    ]);
    expect(await evidenceContent(db.read, piece.id)).toMatchObject({ outcome: 'intact' });
    await db.read.run(sql`update evidence set content = 'abd'`);
    expect(await evidenceContent(db.read, piece.id)).toMatchObject({ outcome: 'changed' });
    const kinds = (await entriesOfIncident(db.read, incidentId, 100)).map((entry) => entry.kind);
    expect(kinds).toEqual(
      expect.arrayContaining(['note.added', 'task.added', 'task.done', 'evidence.collected', 'evidence.handed_over']),
    );
    for (const work of [
      addNote(db.read, { incidentId: 'incident--no', text: '' }, act()),
      addTask(db.read, { incidentId: 'incident--no', title: '' }, act()),
    ])
      await expect(work).rejects.toMatchObject({ code: 'RECORD.NO_INCIDENT' });
  });

  test('the timeline has what was seen, decided and said, in order, each once', async () => {
    const incidentId = await open();
    clock.advance(1_000);
    await assignIncident(db.read, { id: incidentId, assignee: 'user--ann' }, act());
    clock.advance(1_000);
    await addNote(db.read, { incidentId, text: 'Looks real.' }, act());
    const timeline = await timelineOf(db.read, incidentId);
    expect(timeline.map((entry) => [entry.kind, entry.actor])).toEqual([
      ['finding.first_seen', 'system:detect'],
      ['finding.last_seen', 'system:detect'],
      ['incident.opened', 'system:triage'],
      ['incident.assigned', 'user--ann'],
      ['note.added', 'user--ann'],
    ]);
    expect(new Set(timeline.map((entry) => entry.id)).size).toBe(timeline.length);
    expect(timeline[0]?.body['reason']).toContain('are in no open incident');
    expect(timeline.map((entry) => entry.summary)).toEqual([
      'SSH brute force: 14 failed logons for root from 203.0.113.7 in 1 min',
      'SSH brute force: last of 14 events.',
      expect.stringMatching(/^Incident \d+ was opened \(medium\): SSH brute force from 203\.0\.113\.7\.$/),
      expect.stringMatching(/^Incident \d+ was given to user--ann\.$/),
      'Looks real.',
    ]);
  });
});

describe('the report', () => {
  test('says everything with its reason, and hostile log text is only text', async () => {
    const incidentId = await open();
    await declareIncident(db.read, { id: incidentId, comment: 'It is one.' }, act());
    clock.advance(60_000);
    await addNote(db.read, { incidentId, text: hostile }, act());
    clock.advance(1_000);
    await addTask(db.read, { incidentId, title: 'Ask the owner' }, act());
    clock.advance(1_000);
    await addEvidence(
      db.read,
      { incidentId, title: 'auth.log', origin: hostile, mediaType: 'text/plain', content: Buffer.from('abc') },
      act(),
    );
    clock.advance(1_000);
    await setVerdict(db.read, { id: incidentId, verdict: 'true_positive', comment: hostile }, act());
    clock.advance(1_000);
    await advanceIncident(db.read, { id: incidentId, to: 'closed' }, act());
    const [detail, whole] = [await incidentDetail(db.read, incidentId), await incidentReport(db.read, incidentId)];
    const report = renderReport({
      detail,
      timeline: arrange(detail, await entriesOfIncident(db.read, incidentId, 100), await notesOf(db.read, incidentId)),
      containments: [containment(incidentId)],
      tasks: await tasksOf(db.read, incidentId),
      evidence: await evidenceOf(db.read, incidentId),
    });
    for (const text of [whole, report]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).not.toMatch(/<script|(?<!\\)\]\(javascript/);
    }
    // Ids differ from run to run.
    const stable = report
      .replaceAll(incidentId, 'incident--ID')
      .replaceAll(/([a-z-]+--)[0-9a-f]{8}-[0-9a-f-]{27}/g, '$1UUID');
    const path = join(import.meta.dirname, 'report/golden/report.md');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, stable);
    expect(stable).toBe(readFileSync(path, 'utf8'));
  });
});

describe('OCSF', () => {
  test('findings and incidents of every status are valid 2004 and 2005', async () => {
    const id = await open();
    const check = async () => {
      const detail = await incidentDetail(db.read, id);
      const incident = incidentToOcsf(detail);
      expect(ocsfFaults(incident)).toEqual([]);
      for (const { finding } of detail.findings) expect(ocsfFaults(findingToOcsf(finding))).toEqual([]);
      return incident;
    };
    expect(await check()).toMatchObject({ class_uid: 2005, activity_id: 1, type_uid: 200_501, status_id: 1 });
    await assignIncident(db.read, { id, assignee: 'user--ann' }, act());
    await advanceIncident(db.read, { id, to: 'in_progress' }, act());
    expect(await check()).toMatchObject({ activity_id: 2, status_id: 2, assignee: { name: 'user--ann' } });
    await advanceIncident(db.read, { id, to: 'closed', verdict: 'benign' }, act());
    expect(await check()).toMatchObject({ activity_id: 3, status_id: 5, verdict_id: 5 });
  });
});

function containment(incidentId: string): Containment {
  const at = new Date(started + 5);
  return {
    id: 'containment--0',
    tenant_id: 'default',
    site_id: 'default',
    kind: 'deny-address',
    target: '203.0.113.7',
    status: 'released',
    level: 'auto',
    reason: 'It guesses passwords.',
    decision: [{ check: 'protected set', outcome: 'pass', reason: 'It is nobody of ours.' }],
    requested_by: 'system:respond',
    incident_id: incidentId,
    rule_id: 'rule-ssh-brute-force',
    playbook_id: 'playbook--0',
    execution_id: null,
    occasion: 0,
    verification: {
      applied: 'yes',
      applied_at: at.toISOString(),
      effective: 'yes',
      effective_at: at.toISOString(),
      dropped_packets: 12,
      detail: 'The counter moved.',
    },
    points: [{ point_id: 'here', state: 'released', applied_at: at.toISOString(), detail: '' }],
    refire_count: 0,
    escalation: 0,
    duration_s: 600,
    is_demonstration: false,
    created_at: at,
    ordered_at: at,
    in_force_at: at,
    expires_at: new Date(started + 600_000),
    released_at: new Date(started + 600_000),
    release_reason: 'expired',
    released_by: 'system:respond',
    approval_reason: null,
    approved_by: null,
    revision: 4,
  };
}
