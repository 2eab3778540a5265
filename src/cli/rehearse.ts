import { basename } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { severityNames } from '../schema/severity.ts';
import type { Format } from '../connector/index.ts';
import type { Database } from '../db/index.ts';
import { createDetect, listFindings, type RuleSources } from '../detect/index.ts';
import { createIngest, waitingBatches, type ReplayProgress } from '../ingest/index.ts';
import {
  actionNames,
  createContainments,
  createPlaybooks,
  createStage,
  loadPolicies,
  unaidedSettings,
} from '../respond/index.ts';
import { createTriage, listIncidents } from '../triage/index.ts';

export interface RehearsalOptions extends RuleSources {
  /** A migrated database of its own: it is filled. */
  db: Database;
  clock: Clock;
  log: Log;
  formats: ReadonlyMap<string, Format>;
  /** Logs to read, plain, .gz or .zst, with the name of their format or `auto`. */
  files: readonly { path: string; format: string }[];
  playbookDirs: readonly string[];
  policyDirs: readonly string[];
  /** A file that does not exist. */
  stopFile: string;
  onProgress?: (progress: ReplayProgress) => void;
}

/** What would have happened. Lists are in the order of time. */
export interface Rehearsal {
  events: number;
  findings: { rule: string; severity: string; group: string; events: number; first_seen: string; message: string }[];
  incidents: {
    title: string;
    severity: string;
    risk: number;
    entity: string;
    cause: string;
    findings: number;
    events: number;
  }[];
  containments: { target: string; outcome: string; reason: string; because: string }[];
}

const all = 10_000;

/** The real stages over recorded logs, on a database that is thrown away, with nothing to enforce (DESIGN §5, Rehearsal). */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const { db, clock, log } = options;
  const ingest = createIngest({ db, clock, log });
  let events = 0;
  for (const [index, { path, format }] of options.files.entries()) {
    const source = await ingest.sources.add({
      kind: 'replay',
      name: `${index} ${basename(path)}`.slice(0, 128),
      format,
    });
    const more = options.onProgress ? { onProgress: options.onProgress } : {};
    events += (await ingest.replay(source.id, path, more)).events;
  }

  const detect = await createDetect({
    db,
    clock,
    log,
    formats: options.formats,
    rulesDirs: options.rulesDirs,
    ...(options.packsDir === undefined ? {} : { packsDir: options.packsDir }),
    ...(options.overridesDirs === undefined ? {} : { overridesDirs: options.overridesDirs }),
    ...(options.pipelines === undefined ? {} : { pipelines: options.pipelines }),
    worker: 'rehearsal',
  });
  while ((await waitingBatches(db.read, 'detect')).batches > 0) await detect.stage.turn();
  const triage = createTriage({ db, clock, log });
  while (await triage.turn());

  const settings = unaidedSettings({
    db,
    clock,
    log,
    policies: loadPolicies(options.policyDirs),
    stopFile: options.stopFile,
    maxPerHour: all,
    maxPerRuleAndHour: all,
  });
  const playbooks = createPlaybooks({ db, folders: options.playbookDirs, actions: new Set(actionNames), log });
  await playbooks.reload();
  const stage = createStage(settings, { push: () => {}, playbooks: () => playbooks.current() });
  while (await stage.turn());

  const [findings, incidents, containments] = await Promise.all([
    listFindings(db.read, { limit: all }),
    listIncidents(db.read, { limit: all }),
    createContainments(settings, () => {}).list(db.read, { tenantId: 'default', limit: all }),
  ]);
  await detect.close();
  await ingest.stopAll();
  const severity = (id: number) => severityNames[id] ?? 'unknown';
  const byTime = <T extends { first_seen_at: Date; id: string }>(a: T, b: T) =>
    a.first_seen_at.getTime() - b.first_seen_at.getTime() || a.id.localeCompare(b.id);
  return {
    events,
    findings: findings.findings.toSorted(byTime).map((finding) => ({
      rule: finding.rule_title,
      severity: severity(finding.severity_id),
      group: finding.group_key,
      events: finding.event_count,
      first_seen: finding.first_seen_at.toISOString(),
      message: finding.message,
    })),
    incidents: incidents.incidents.toSorted(byTime).map((incident) => ({
      title: incident.title,
      severity: severity(incident.severity_id),
      risk: Math.round(incident.risk_score),
      entity: incident.entity_value,
      cause: incident.cause,
      findings: incident.finding_count,
      events: incident.event_count,
    })),
    containments: containments.map(({ target, level, status, reason, decision }) => ({
      target,
      outcome: status === 'refused' ? 'refused' : `${level}: would deny`,
      reason,
      because: decision.find((step) => step.outcome === 'forbid')?.reason ?? '',
    })),
  };
}
