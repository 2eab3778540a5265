/** The map of the house: which room may import which, and which tables it alone writes. */
export interface Room {
  /** One line for ARCHITECTURE.md. */
  purpose: string;
  /** Rooms it may import. */
  imports: readonly string[];
  /** Tables that only this room writes. */
  owns?: readonly string[];
  /** An open shelf is imported file by file; every other room by its door, index.ts. */
  shelf?: true;
}

const standards = ['standards/sigma', 'standards/stix', 'standards/cacao', 'standards/tlog'] as const;
const stages = ['ingest', 'detect', 'triage', 'respond'] as const;
const mains = [
  'base',
  'schema',
  'api',
  'db',
  'ledger',
  'connector',
  'context',
  ...stages,
  'history',
  'record',
  'access',
  ...standards,
  'connectors',
];

export const rooms: Record<string, Room> = {
  base: { purpose: 'clock, ids, errors, config, log; no security word', imports: [], shelf: true },
  schema: { purpose: 'the words of the field as zod', imports: ['base'], shelf: true },
  api: { purpose: 'the HTTP promises as data', imports: ['base', 'schema'], shelf: true },
  'standards/sigma': { purpose: 'Sigma: parse, check, evaluate, correlate; pure', imports: ['base'] },
  'standards/stix': { purpose: 'STIX patterns and comparison expressions; pure', imports: ['base'] },
  'standards/cacao': { purpose: 'CACAO playbooks: model and checks; pure', imports: ['base', 'standards/stix'] },
  'standards/tlog': { purpose: 'Merkle tree, proofs and signed checkpoints; pure', imports: ['base'] },
  db: {
    purpose: 'PostgreSQL: embedded server, pool, transactions, migrations, claim, notify, backup',
    imports: ['base'],
    owns: ['migrations', 'tenants', 'sites'],
  },
  ledger: {
    purpose: 'append-only Merkle record of every decision and attempt',
    imports: ['base', 'schema', 'db', 'standards/tlog'],
    owns: ['ledger_entries', 'ledger_checkpoints', 'ledger_frontiers'],
  },
  connector: {
    purpose: 'what an integration must be: format, source, enforcer, action, enricher, notifier',
    imports: ['base', 'schema', 'standards/stix'],
  },
  context: {
    purpose: 'what is known beforehand: assets, identities, intelligence, warning lists',
    imports: ['base', 'schema', 'db', 'connector', 'standards/stix'],
    owns: ['assets', 'asset_keys', 'identities', 'indicators'],
  },
  ingest: {
    purpose: 'outside bytes become durable batches of events',
    imports: ['base', 'schema', 'db', 'ledger', 'connector'],
    owns: ['sources', 'event_batches', 'batch_claims', 'positions', 'receipts'],
  },
  history: {
    purpose: 'processed events as Parquet; search, retention',
    imports: ['base', 'schema', 'db', 'ingest'],
    owns: ['archives'],
  },
  detect: {
    purpose: 'events become findings',
    imports: ['base', 'schema', 'db', 'ledger', 'standards/sigma', 'standards/stix', 'connector', 'context', 'ingest'],
    owns: [
      'rules',
      'matches',
      'windows',
      'partitions',
      'partition_workers',
      'firsts',
      'logons',
      'findings',
      'finding_claims',
    ],
  },
  triage: {
    purpose: 'findings become incidents with reasons',
    imports: ['base', 'schema', 'db', 'ledger', 'connector', 'context', 'history', 'detect'],
    owns: [
      'incidents',
      'incident_numbers',
      'incident_causes',
      'incident_findings',
      'incident_claims',
      'entities',
      'verdicts',
    ],
  },
  respond: {
    purpose: 'incidents become containments and executed playbooks',
    imports: [
      'base',
      'schema',
      'db',
      'ledger',
      'connector',
      'context',
      'standards/cacao',
      'standards/stix',
      'history',
      'triage',
    ],
    owns: [
      'containments',
      'enforcements',
      'enforcement_points',
      'budgets',
      'executions',
      'step_executions',
      'execution_requests',
      'playbooks',
      'armings',
      'protected_entities',
      'executors',
      'notifications',
    ],
  },
  record: {
    purpose: 'timeline, evidence, notes, reports',
    imports: ['base', 'schema', 'db', 'ledger', ...stages],
    owns: ['evidence', 'notes', 'tasks'],
  },
  access: {
    purpose: 'people, roles, sessions, tokens, authorisation',
    imports: ['base', 'schema', 'db', 'ledger'],
    owns: ['users', 'sessions', 'tokens', 'sign_in_attempts', 'idempotency_keys'],
  },
  server: { purpose: 'the mains of the running product: wiring, HTTP, processes', imports: mains },
  cli: { purpose: 'the terminal', imports: mains },
  connectors: {
    purpose: 'one outside product each, never each other',
    imports: ['base', 'schema', 'connector', ...standards],
  },
  console: { purpose: 'the web page', imports: ['schema', 'api'] },
};

/** The room of a path below the repository's root, or undefined for files that are no part of the house. */
export function roomOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] === 'connectors' || parts[0] === 'console') return parts[0];
  if (parts[0] !== 'src') return undefined;
  if (parts[1] === 'standards') return `standards/${parts[2]}`;
  return parts[1];
}

function folderOf(path: string): string {
  const room = roomOf(path);
  if (room === 'connectors') return path.split('/').slice(0, 2).join('/');
  if (room === 'console') return 'console';
  return `src/${room}`;
}

/**
 * Why `from` may not import `to` (both paths below the root), or undefined when it may.
 * @example trespass('src/detect/stage.ts', 'src/triage/index.ts')
 */
export function trespass(from: string, to: string): string | undefined {
  const fromRoom = roomOf(from);
  const toRoom = roomOf(to);
  if (!fromRoom || !toRoom)
    return toRoom === undefined &&
      fromRoom &&
      !from.endsWith('.test.ts') &&
      !to.startsWith('content/') &&
      !to.endsWith('package.json')
      ? `${fromRoom}/ may not import ${to}: it is no room of the house`
      : undefined;
  if (!rooms[fromRoom]) return `${fromRoom}/ is no room of tools/rooms.ts`;
  if (folderOf(from) === folderOf(to)) return undefined;
  // The one list of all formats, for both mains.
  if (from === 'connectors/formats.ts' && toRoom === 'connectors') return undefined;
  const allowed = rooms[fromRoom].imports;
  if (fromRoom === toRoom || !allowed.includes(toRoom))
    return `${fromRoom}/ may not import ${toRoom}/ (allowed: ${allowed.join(', ') || 'nothing'})`;
  if (rooms[toRoom]?.shelf || toRoom === 'connectors') return undefined;
  if (!to.endsWith('/index.ts')) return `enter ${toRoom}/ by its door, ${toRoom}/index.ts`;
  return undefined;
}
