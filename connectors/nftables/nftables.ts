import type { Clock } from '../../src/base/clock.ts';
import { defineErrors } from '../../src/base/errors.ts';
import type { Denial, Enforcer, HeldDenial } from '../../src/connector/index.ts';
import { runNftOnce, startNft } from './nft-process.ts';
import { readTable } from './read-table.ts';
import { denyScript, getScript, placeOf, releaseScript, setupScript } from './script.ts';

const errors = defineErrors('NFTABLES', {
  UNUSABLE: {
    kind: 'outside',
    message: (detail: string) => `nftables cannot be used here: ${detail}`,
    fix: 'Install the package nftables (1.0.6 or newer) and give the enforcer CAP_NET_ADMIN, or set respond.enforcer to recorder.',
  },
  REFUSED: {
    kind: 'outside',
    message: (detail: string) => `nft refused a transaction: ${detail}`,
    fix: 'Run `nft list table inet firebreak` on that host; deleting the table is safe, it is made again.',
  },
});

/** Up to here a change goes through the open line; above it a process of its own with one big transaction is faster. */
const lineElements = 200;
/** Above this many elements `get element` reads the whole set (nft 1.0.6): the kernel's yes to the transaction counts, and the next full read. */
const getElements = 2_000;

/**
 * Drops packets from and to denied addresses in a table of its own, `inet firebreak`, before connection tracking accepts
 * anything. Each element carries its own time-out in the kernel: it lifts by itself without us.
 */
export function createNftables(options: { clock: Clock; prefix?: readonly string[] }): Enforcer {
  const { clock, prefix = [] } = options;
  const nft = startNft(prefix);
  const ranges = new Map<string, { family: 4 | 6; prefix: number }>();
  /** What we set, until when: to refresh only what changed. Of a size that says whether `get` is cheap. */
  let known = new Map<string, number>();
  /** What was changed while a list was being read: there `known` is newer than the list. */
  const listings = new Set<Set<string>>();
  /** The table is made with the first denial: a host where nothing was ever denied has none of ours. */
  let isThere = false;

  function note(targets: readonly string[]): void {
    for (const changed of listings) for (const target of targets) changed.add(target);
  }

  function forget(targets: readonly string[]): void {
    for (const target of targets) known.delete(target);
    note(targets);
  }

  /** Reads all; denials and releases go on beside it. */
  async function listAll(): Promise<HeldDenial[]> {
    const changed = new Set<string>();
    listings.add(changed);
    const found = await readList().finally(() => listings.delete(changed));
    const next = new Map(
      found.held.map(({ target, expiresAt = 0 }) => [target, exactly(known.get(target), expiresAt)]),
    );
    for (const target of changed) {
      const until = known.get(target);
      if (until === undefined) next.delete(target);
      else next.set(target, until);
    }
    known = next;
    if (changed.size === 0) isThere = found.isThere;
    for (const range of found.ranges) ranges.set(`range${range.family}_${range.prefix}`, range);
    return found.held;
  }

  async function readList(): Promise<ReturnType<typeof readTable> & { isThere: boolean }> {
    try {
      const json = await runNftOnce(prefix, ['-j', 'list', 'table', 'inet', 'firebreak'], '');
      return { ...readTable(json, clock.now()), isThere: true };
    } catch (error) {
      if (!isMissing(error)) throw error;
      // No table: nothing was denied yet, or somebody removed it. It comes with the next denial.
      return { held: [], ranges: [], isThere: false };
    }
  }

  async function commit(script: readonly string[], elements: number): Promise<void> {
    if (elements > lineElements) {
      await runNftOnce(prefix, ['-f', '-'], `${script.join('\n')}\n`);
      return;
    }
    const said = await nft.run(script);
    if (/^(?:netlink: )?Error:/m.test(said)) throw new Error(said.trim());
  }

  /** A transaction of denials; when the table is not there, or gone, it is made first. */
  async function transact(script: (nowMs: number) => string[], elements: number): Promise<void> {
    const withTable = () => commit([...setupScript([...ranges.values()]), ...script(clock.now())], elements);
    try {
      await (isThere ? commit(script(clock.now()), elements) : withTable());
    } catch (error) {
      if (!isMissing(error)) throw errors.REFUSED([textOf(error)], { cause: error });
      await withTable();
    }
    isThere = true;
  }

  async function denyAll(denials: readonly Denial[], isFresh: boolean): Promise<void> {
    try {
      await transact((nowMs) => denyScript(denials, nowMs, isFresh), denials.length);
    } catch (error) {
      // Without CAP_NET_ADMIN in the first user namespace the socket's buffer cannot grow: two halves then.
      if (!/too long/i.test(textOf(error)) || denials.length < 2) throw error;
      const middle = Math.ceil(denials.length / 2);
      await denyAll(denials.slice(0, middle), isFresh);
      await denyAll(denials.slice(middle), isFresh);
    }
  }

  async function letGo(targets: readonly string[]): Promise<void> {
    const there = targets.filter((target) => {
      const { set, range } = placeOf(target);
      return !range || ranges.has(set);
    });
    if (there.length === 0 || !isThere) return;
    try {
      await commit(releaseScript(there), there.length);
    } catch (error) {
      if (!isMissing(error)) throw errors.REFUSED([textOf(error)], { cause: error });
      // The table or a set of it is gone, and what it held with it. What else there is is read.
      const left = new Set((await listAll()).map(({ target }) => target));
      const still = there.filter((target) => left.has(target));
      if (still.length > 0) await commit(releaseScript(still), still.length);
    }
  }

  return {
    name: 'nftables',
    level: 'read_back',
    async start() {
      try {
        await listAll();
        if (isThere) await commit(setupScript([...ranges.values()]), 0);
        // Says whether nft knows all that is needed, and changes nothing.
        else await runNftOnce(prefix, ['-c', '-f', '-'], `${setupScript([]).join('\n')}\n`);
      } catch (error) {
        throw errors.UNUSABLE([textOf(error)], { cause: error });
      }
    },
    async deny(denials) {
      if (denials.length === 0) return;
      const missing = denials.flatMap(({ target }) => {
        const { set, range } = placeOf(target);
        return range && !ranges.has(set) ? [[set, range] as const] : [];
      });
      if (missing.length > 0) {
        for (const [set, range] of missing) ranges.set(set, range);
        await commit(setupScript([...ranges.values()]), 0);
        isThere = true;
      }
      if (denials.length > lineElements && known.size > 0) await listAll();
      const isFresh = denials.length > lineElements && denials.every(({ target }) => !known.has(target));
      await denyAll(denials, isFresh);
      for (const { target, expiresAt } of denials) known.set(target, expiresAt);
      note(denials.map(({ target }) => target));
    },
    async release(targets) {
      // Before and after: a list that is read meanwhile may still hold them.
      forget(targets);
      await letGo(targets);
      forget(targets);
    },
    async held(targets) {
      if (targets === undefined) return listAll();
      const now = clock.now();
      const asHeld = (list: readonly string[]) =>
        list.flatMap((target) => {
          const expiresAt = known.get(target);
          return expiresAt === undefined || expiresAt <= now ? [] : [{ target, expiresAt }];
        });
      if (targets.length === 0) return [];
      if (known.size > getElements || targets.length > lineElements) return asHeld(targets);
      const said = await nft.run([], getScript(targets));
      // One that is not there fails its whole question: then all is read.
      if (!/^(?:netlink: )?Error:/m.test(said)) return asHeld(targets);
      const all = await listAll();
      return all.filter(({ target }) => targets.includes(target));
    },
    stop: () => nft.stop(),
  };
}

/** nft tells whole seconds: what we set ourselves is known better. */
function exactly(ours: number | undefined, read: number): number {
  return ours !== undefined && Math.abs(ours - read) < 2_000 ? ours : read;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isMissing(error: unknown): boolean {
  return /No such file or directory/.test(textOf(error)) && !/spawn/.test(textOf(error));
}
