import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { sql, type Query } from '../db/index.ts';
import {
  readCheckpoint,
  readVerifierKey,
  verifierKeyOf,
  verifyInclusion,
  leafHash,
  openNote,
} from '../standards/tlog/index.ts';
import {
  append,
  createSequencer,
  entriesOfFile,
  exportLedger,
  exportToFile,
  openSigningKey,
  proofFor,
  readCheckpoints,
  readPublicKeys,
  verifyDatabase,
  verifyLedger,
  type LedgerEntry,
} from './index.ts';

const db = await testDatabase();
const dir = mkdtempSync(join(tmpdir(), 'firebreak-ledger-'));
const key = await openSigningKey(dir);
const keys = readPublicKeys(readFileSync(join(dir, 'ledger.pub'), 'utf8'));
const clock = fakeClock(1_700_000_000_000);
let file = '';
let made = 0;

const entry = (summary: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  tenant_id: 'default',
  at: clock.now(),
  kind: 'test.happened',
  actor: 'system:test',
  summary,
  body: { z: 1, a: [summary] },
  ...more,
});

/** What somebody with the database in hands can do. */
async function tamper(...statements: Query[]) {
  await db.transaction(async (tx) => {
    await tx.run(sql`set local session_replication_role = replica`);
    for (const statement of statements) await tx.run(statement);
  });
}

const sequencer = (more: { everyEntries?: number; batch?: number } = {}) =>
  createSequencer({ db, clock, log: silentLog, key, exportTo: exportToFile(file), everyMs: 1_000, ...more });

const exported = () => readCheckpoints(readFileSync(file, 'utf8'), file);
const verified = () => verifyDatabase(db, keys, exported());
const idOf = async (seq: number) =>
  (await db.read.one(z.object({ id: z.string() }), sql`select id from ledger_entries where seq = ${seq}`)).id;

beforeEach(async () => {
  made += 1;
  file = join(dir, `checkpoints-${made}`);
  writeFileSync(file, '');
  await tamper(
    sql`delete from ledger_entries`,
    sql`delete from ledger_checkpoints`,
    sql`update ledger_frontiers set size = 0, hashes = ''`,
  );
});

/** 30 entries under three checkpoints, and two after the last one. */
async function fill() {
  for (const round of [0, 1, 2]) {
    await append(
      db.read,
      Array.from({ length: 10 }, (_, index) => entry(`round ${round} entry ${index}`)),
    );
    clock.advance(2_000);
    await sequencer().turn();
  }
  await append(db.read, [entry('late 1'), entry('late 2')]);
  await sequencer().turn();
}

describe('the tables', () => {
  test('refuse to change, remove or truncate, and let a place be given once', async () => {
    await append(db.read, [entry('one')]);
    await expect(db.read.run(sql`update ledger_entries set summary = 'two'`)).rejects.toThrow('append-only');
    await expect(db.read.run(sql`update ledger_entries set seq = 0, actor = 'me'`)).rejects.toThrow('append-only');
    await sequencer().turn();
    await expect(db.read.run(sql`update ledger_entries set seq = 7`)).rejects.toThrow('append-only');
    await expect(db.read.run(sql`delete from ledger_entries`)).rejects.toThrow('append-only');
    await expect(db.read.run(sql`truncate ledger_entries`)).rejects.toThrow('append-only');
    await expect(db.read.run(sql`update ledger_checkpoints set note = ''`)).rejects.toThrow('append-only');
    await expect(db.read.run(sql`delete from ledger_checkpoints`)).rejects.toThrow('append-only');
  });

  test('take text that no database or UTF-8 takes, and the body is canonical', async () => {
    await append(db.read, [
      entry('nul \0 and \ud800 half', { body: { b: '\ud800', a: Number.NaN, when: new Date(0), big: 5n, '\0': 1 } }),
    ]);
    await fill();
    expect(await verified()).toMatchObject({ outcome: 'intact' });
    const row = await db.read.one(
      z.object({ body: z.string(), summary: z.string() }),
      sql`select body, summary from ledger_entries where summary like 'nul%'`,
    );
    expect(row.summary).toBe('nul \ufffd and \ufffd half');
    expect(row.body).toContain(
      '"body":{"\\u0000":1,"a":null,"b":"\ufffd","big":"5","when":"1970-01-01T00:00:00.000Z"}',
    );
  });

  test('keep the order in which entries of one instant were given', async () => {
    const given = Array.from({ length: 50 }, (_, index) => entry(`${index}`));
    await append(db.read, given);
    await sequencer().turn();
    const rows = await db.read.many(
      z.object({ summary: z.string() }),
      sql`select summary from ledger_entries order by seq`,
    );
    expect(rows.map((row) => row.summary)).toEqual(given.map((one) => one.summary));
  });

  test('keep a body that is too long as its hash', async () => {
    await append(db.read, [entry('long', { body: { text: 'x'.repeat(300_000) } })]);
    const row = await db.read.one(z.object({ body: z.string() }), sql`select body from ledger_entries`);
    expect(row.body.length).toBeLessThan(1_000);
    expect(row.body).toContain('"too_long":true');
  });
});

describe('the sequencer', () => {
  test('gives late commits a later place: no gap, nothing passed over', async () => {
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let appended = () => {};
    const isIn = new Promise<void>((resolve) => (appended = resolve));
    const late = db.transaction(async (tx) => {
      await append(tx, [entry('began first')]);
      appended();
      await gate;
    });
    await isIn;
    clock.advance(5);
    await append(db.read, [entry('began second')]);
    await sequencer().turn();
    letGo();
    await late;
    await sequencer().turn();
    const rows = await db.read.many(
      z.object({ seq: z.number(), summary: z.string() }),
      sql`select seq, summary from ledger_entries order by seq`,
    );
    expect(rows).toEqual([
      { seq: 0, summary: 'began second' },
      { seq: 1, summary: 'began first' },
    ]);
    expect(await verified()).toMatchObject({ outcome: 'intact', size: 2 });
  });

  test('many writers and several sequencers at once give one gapless order', async () => {
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 15; round += 1)
        await db.transaction((tx) => append(tx, [entry(`${writer}.${round}a`), entry(`${writer}.${round}b`)]));
    });
    let done = false;
    const runners = [1, 2].map(async () => {
      while (!done) await sequencer({ batch: 7, everyEntries: 10 }).turn();
    });
    await Promise.all(writers);
    done = true;
    await Promise.all(runners);
    while (await sequencer({ batch: 7 }).turn());
    const row = await db.read.one(
      z.object({ count: z.number(), top: z.number(), open: z.number() }),
      sql`select count(distinct seq) as count, max(seq) as top, count(*) filter (where seq is null) as open from ledger_entries`,
    );
    expect(row).toEqual({ count: 120, top: 119, open: 0 });
    expect(await verified()).toMatchObject({ outcome: 'intact', size: 120 });
    expect(exported().length).toBeGreaterThan(1);
  });

  test('makes no checkpoint without new entries, and exports again what failed', async () => {
    await append(db.read, [entry('one')]);
    const refusing = createSequencer({
      db,
      clock,
      log: silentLog,
      key,
      exportTo: () => Promise.reject(new Error('away')),
    });
    await refusing.turn();
    expect(exported()).toHaveLength(0);
    await sequencer().turn();
    clock.advance(10_000);
    await sequencer().turn();
    expect(exported().map((checkpoint) => checkpoint.size)).toEqual([1]);
  });
});

describe('verification', () => {
  test('finds a ledger intact that grows while it is read', async () => {
    await fill();
    /** Between the first statement of the verification and the next ones the sequencer places one more. */
    const grow = async <T>(found: Promise<T>): Promise<T> => {
      const one = await found;
      await append(db.read, [entry('meanwhile')]);
      await sequencer().turn();
      return one;
    };
    const growing: Pick<typeof db, 'transaction'> = {
      transaction: (work) => db.transaction((tx) => work({ ...tx, one: (row, query) => grow(tx.one(row, query)) })),
    };
    expect(await verifyDatabase(growing, keys)).toMatchObject({ outcome: 'intact', size: 32 });
    expect(await verifyDatabase(db, keys)).toMatchObject({ outcome: 'intact', size: 33 });
  });

  test('finds an untouched ledger intact, in the database and in a file', async () => {
    await fill();
    expect(await verified()).toMatchObject({ outcome: 'intact', size: 32, proven: 30, checkpoints: 3 });
    expect(await verifyDatabase(db, keys)).toMatchObject({ outcome: 'intact', proven: 30 });
    const path = join(dir, 'export.ndjson');
    let text = '';
    for await (const line of exportLedger(db.read)) text += line;
    writeFileSync(path, text);
    expect(await verifyLedger({ entries: entriesOfFile(path), checkpoints: exported(), keys })).toMatchObject({
      outcome: 'intact',
      size: 32,
    });
    writeFileSync(path, `${readFileSync(path, 'utf8')}not json\n`);
    await expect(verifyLedger({ entries: entriesOfFile(path), checkpoints: exported(), keys })).rejects.toMatchObject({
      code: 'LEDGER.BAD_FILE',
      where: { line: 33 },
    });
  });

  test('names a flipped body, with its leaf hash left or made to fit', async () => {
    await fill();
    const id = await idOf(13);
    await tamper(sql`update ledger_entries set body = replace(body, 'round 1', 'round 9') where seq = 13`);
    expect(await verified()).toMatchObject({
      outcome: 'broken',
      seq: 13,
      id,
      what: expect.stringContaining('changed'),
    });
    const { body } = await db.read.one(
      z.object({ body: z.string() }),
      sql`select body from ledger_entries where seq = 13`,
    );
    await tamper(
      sql`update ledger_entries set leaf_hash = ${leafHash(Buffer.from(body))},
        summary = replace(summary, 'round 1', 'round 9') where seq = 13`,
    );
    expect(await verified()).toMatchObject({
      outcome: 'broken',
      seq: 13,
      id,
      what: expect.stringContaining('changed'),
    });
    expect(await verifyDatabase(db, keys)).toMatchObject({ outcome: 'broken', seq: 10 });
  });

  test('names a changed column', async () => {
    await fill();
    await tamper(sql`update ledger_entries set actor = 'user--somebody' where seq = 4`);
    expect(await verified()).toMatchObject({
      outcome: 'broken',
      seq: 4,
      what: expect.stringContaining('column actor'),
    });
  });

  test('names a deleted row, also when the others were moved up', async () => {
    await fill();
    await tamper(sql`delete from ledger_entries where seq = 21`);
    expect(await verified()).toMatchObject({ outcome: 'broken', seq: 21, what: expect.stringContaining('deleted') });
    await tamper(
      sql`update ledger_entries set seq = seq + 1000 where seq > 21`,
      sql`update ledger_entries set seq = seq - 1001 where seq > 1000`,
      sql`update ledger_frontiers set size = 31`,
    );
    expect(await verified()).toMatchObject({ outcome: 'broken', seq: 21, what: expect.stringContaining('deleted') });
  });

  test('names reordered rows', async () => {
    await fill();
    await tamper(
      sql`update ledger_entries set seq = 999 where seq = 5`,
      sql`update ledger_entries set seq = 5 where seq = 6`,
      sql`update ledger_entries set seq = 6 where seq = 999`,
    );
    expect(await verified()).toMatchObject({
      outcome: 'broken',
      seq: 5,
      what: expect.stringContaining('belongs at 6'),
    });
  });

  test('names an inserted row', async () => {
    await fill();
    await tamper(
      sql`update ledger_entries set seq = seq + 1000 where seq >= 8`,
      sql`update ledger_entries set seq = seq - 999 where seq >= 1000`,
      sql`insert into ledger_entries (id, at, kind, actor, summary, body, leaf_hash, seq)
        select 'ledger-entry--x', at, kind, actor, summary, replace(body, id, 'ledger-entry--x'),
          sha256('\\x00'::bytea || convert_to(replace(body, id, 'ledger-entry--x'), 'UTF8')), 8 from ledger_entries where seq = 7`,
      sql`update ledger_frontiers set size = 33`,
    );
    expect(await verified()).toMatchObject({
      outcome: 'broken',
      seq: 8,
      id: 'ledger-entry--x',
      what: expect.stringContaining('inserted'),
    });
  });

  test('names a truncated ledger, also behind the last checkpoint', async () => {
    await fill();
    await tamper(sql`delete from ledger_entries where seq >= 31`);
    expect(await verified()).toMatchObject({ outcome: 'broken', seq: 31, what: expect.stringContaining('truncated') });
    await tamper(sql`delete from ledger_entries where seq >= 17`, sql`update ledger_frontiers set size = 17`);
    expect(await verified()).toMatchObject({ outcome: 'broken', seq: 17, what: expect.stringContaining('truncated') });
  });

  test('finds a history that was written and signed anew by who holds the key, by the checkpoints that left', async () => {
    await fill();
    const kept = exported();
    await tamper(
      sql`delete from ledger_entries`,
      sql`delete from ledger_checkpoints`,
      sql`update ledger_frontiers set size = 0, hashes = ''`,
    );
    await fill();
    expect(await verifyDatabase(db, keys)).toMatchObject({ outcome: 'intact' });
    expect(await verifyDatabase(db, keys, kept)).toMatchObject({ outcome: 'broken', seq: 0 });
    expect(await verifyDatabase(db, keys, exported())).toMatchObject({
      outcome: 'broken',
      what: expect.stringContaining('forked'),
    });
  });

  test('refuses a checkpoint with a changed signature or of a key that was not given', async () => {
    await fill();
    const [first, ...rest] = exported();
    if (!first) throw new Error('no checkpoint');
    const forged = { ...first, note: first.note.replace('\n10\n', '\n11\n') };
    expect(await verifyDatabase(db, keys, [forged, ...rest])).toMatchObject({ outcome: 'broken', seq: 9 });
    const stranger = await openSigningKey(join(dir, 'stranger'));
    expect(await verifyDatabase(db, readPublicKeys(verifierKeyOf(stranger)), [first])).toMatchObject({
      outcome: 'broken',
    });
  });

  test('one entry is proven without the others', async () => {
    await fill();
    const proof = await proofFor(db.read, 17);
    const opened = openNote(proof.note, keys);
    const tree = opened.outcome === 'signed' ? readCheckpoint(opened.text) : undefined;
    if (!tree) throw new Error('no tree');
    const claim = {
      index: 17n,
      size: tree.size,
      leaf: leafHash(Buffer.from(proof.body)),
      root: tree.root,
      proof: proof.proof.map((hash) => Buffer.from(hash, 'base64')),
    };
    expect(verifyInclusion(claim).outcome).toBe('proven');
    await expect(proofFor(db.read, 31)).rejects.toMatchObject({ code: 'LEDGER.NOT_PROVABLE' });
  });
});

test('the key is private, stays the same, and a broken one is refused', async () => {
  expect(statSync(join(dir, 'ledger-key.pem')).mode & 0o777).toBe(0o600);
  expect((await openSigningKey(dir)).name).toBe(key.name);
  expect(readVerifierKey(readFileSync(join(dir, 'ledger.pub'), 'utf8'))?.name).toBe(key.name);
  const twice = await Promise.all([openSigningKey(join(dir, 'two')), openSigningKey(join(dir, 'two'))]);
  expect(twice[0]?.name).toBe(twice[1]?.name);
  writeFileSync(join(dir, 'two', 'ledger-key.pem'), 'nothing');
  await expect(openSigningKey(join(dir, 'two'))).rejects.toMatchObject({ code: 'LEDGER.BAD_KEY' });
});
