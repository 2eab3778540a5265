import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { createLog } from '../../src/base/log.ts';
import { openDatabase, sql, type Database } from '../../src/db/index.ts';
import { linesOfAttack, sourceOf, type Accepted } from './attacks.ts';

const Count = z.object({ name: z.string(), count: z.coerce.number() });
type Counted = z.infer<typeof Count>;

export function openCounts(url: string): Database {
  return openDatabase({ url, log: createLog('lab', 'error'), max: 1, applicationName: 'lab' });
}

/** How far the product has come with what it accepted; equal numbers and no work left mean that it is done. */
export async function progressOf(db: Database): Promise<{ contained: number; text: string; left: number }> {
  const rows = await db.read.many(
    Count,
    sql`
      select 'batches waiting' as name, count(*) as count from batch_claims where consumer = 'detect'
      union all select 'findings', count(*) from findings
      union all select 'finding claims', count(*) from finding_claims
      union all select 'incidents', count(*) from incidents
      union all select 'incident claims', count(*) from incident_claims
      union all select 'in force', count(*) from containments where status = 'in_force'
      union all select 'ordered', count(*) from containments where status = 'ordered'
      union all select 'ledger waiting', count(*) from ledger_entries where seq is null`,
  );
  const of = (name: string) => rows.find((row) => row.name === name)?.count ?? 0;
  return {
    contained: of('in force'),
    left: of('batches waiting') + of('finding claims') + of('incident claims') + of('ordered') + of('ledger waiting'),
    text: rows.map(({ name, count }) => `${count} ${name}`).join(', '),
  };
}

export interface Check {
  name: string;
  /** What is wrong, at most a few of them; empty: nothing. */
  problems: string[];
}

/** Compares what is known of every accepted attack with what became of it, in the database and in the packet filter. */
export async function checkAll(db: Database, accepted: Accepted, logLines: number): Promise<Check[]> {
  const attacks = [...accepted.file, ...accepted.http].map(sourceOf);
  const targets = new Set(attacks.map(({ target }) => target));
  const stored = await db.read.many(
    Count,
    sql`select source_id as name, sum(event_count) as count from event_batches group by source_id`,
  );
  const expected: Counted[] = [
    { name: 'source--config-auth', count: logLines },
    { name: 'source--http-default', count: accepted.httpLines },
  ];
  const findings = await db.read.many(
    z.object({ id: z.string(), name: z.string(), count: z.coerce.number() }),
    sql`select id, group_key as name, event_count as count from findings where rule_title = 'SSH brute force'`,
  );
  const others = await db.read.many(
    Count,
    sql`select rule_title as name, count(*) as count from findings where rule_title <> 'SSH brute force' group by 1`,
  );
  const incidents = await db.read.many(
    Count,
    sql`select entity_value as name, count(*) as count from incidents group by entity_value`,
  );
  const contained = await db.read.many(
    Count,
    sql`select target as name, count(*) as count from containments where status = 'in_force' group by target`,
  );
  const odd = await db.read.many(
    Count,
    sql`select status || ' ' || target as name, 1 as count from containments where status <> 'in_force'`,
  );
  const endless = await db.read.many(
    Count,
    sql`select target as name, 1 as count from containments where expires_at is null or expires_at < created_at`,
  );
  const intents = await db.read.many(
    Count,
    sql`
      select c.id as name, count(e.id) as count from containments c
      left join ledger_entries e on e.subject = c.id and e.kind = 'containment.ordered'
      group by c.id having count(e.id) <> 1`,
  );
  const runs = await db.read.many(
    Count,
    sql`
      select c.id as name, count(e.id) as count from containments c
      left join executions e on e.id = c.execution_id group by c.id having count(e.id) <> 1`,
  );
  const held = heldTargets();
  const heldSet = new Set(held);
  const group = (text: string) => text.replace(/^[^=]*=/, '');
  const nameOf = (text: string) => (targets.has(text) ? text : `${text.split('::')[0]}::/64`);
  return [
    {
      name: 'accepted events are stored once each',
      problems: expected.flatMap(({ name, count }) => {
        const there = stored.find((row) => row.name === name)?.count ?? 0;
        return there === count ? [] : [`${name}: ${count} accepted, ${there} stored`];
      }),
    },
    {
      name: `each attack has one finding of ${linesOfAttack} events`,
      problems: [
        ...perTarget(
          targets,
          findings.map(({ name }) => ({ name: nameOf(group(name)), count: 1 })),
        ),
        ...findings.filter(({ count }) => count !== linesOfAttack).map(({ name, count }) => `${name}: ${count} events`),
      ],
    },
    { name: 'no finding of another rule', problems: others.map(({ name, count }) => `${count} × ${name}`) },
    {
      name: 'each attack has one incident',
      problems: perTarget(
        targets,
        incidents.map(({ name, count }) => ({ name: nameOf(name), count })),
      ),
    },
    { name: 'each attack has one containment in force', problems: perTarget(targets, contained) },
    { name: 'no containment of another status', problems: odd.map(({ name }) => name) },
    { name: 'no containment without an end', problems: endless.map(({ name }) => name) },
    {
      name: 'the ledger has one intent of each containment',
      problems: intents.map(({ name, count }) => `${name}: ${count}`),
    },
    { name: 'each containment has one run of its playbook', problems: runs.map(({ name }) => name) },
    {
      name: 'the packet filter holds each target once',
      problems: perTarget(
        targets,
        held.map((name) => ({ name, count: 1 })),
      ),
    },
    {
      name: 'the packet filter holds nothing that the table does not know',
      problems: [...heldSet].filter((name) => !contained.some((row) => row.name === name)),
    },
  ];
}

/** Every target exactly once, and no other. */
function perTarget(targets: ReadonlySet<string>, rows: readonly Counted[]): string[] {
  const counts = new Map<string, number>();
  for (const { name, count } of rows) counts.set(name, (counts.get(name) ?? 0) + count);
  return [
    ...[...targets].filter((target) => !counts.has(target)).map((target) => `${target}: lost`),
    ...[...counts]
      .filter(([name, count]) => count !== 1 && targets.has(name))
      .map(([name, count]) => `${name}: ${count} times`),
    ...[...counts.keys()].filter((name) => !targets.has(name)).map((name) => `${name}: of no attack`),
  ];
}

const Listing = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });
const ElementSet = z.object({
  name: z.string(),
  elem: z.array(z.object({ elem: z.object({ val: z.string() }) })).default([]),
});

function heldTargets(): string[] {
  const { stdout } = spawnSync('nft', ['-j', 'list', 'table', 'inet', 'firebreak'], {
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  });
  return Listing.parse(JSON.parse(stdout)).nftables.flatMap((item) => {
    const set = ElementSet.safeParse(item['set']);
    if (!set.success) return [];
    return set.data.elem.map(({ elem }) => (set.data.name === 'network6' ? `${elem.val}/64` : elem.val));
  });
}
