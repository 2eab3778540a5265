import { rm } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Format } from '../../connector/index.ts';
import { compareRevisions, type RevisionDiff } from './compare-revisions.ts';
import { errors } from './errors.ts';
import { obtainPack, type ObtainedPack } from './obtain-pack.ts';
import { defaultName, packSource, type PackSource } from './pack-source.ts';
import {
  dropPack,
  findPack,
  isIntact,
  keepRevision,
  listPacks,
  packFiles,
  scratchDir,
  sweep,
  type PackNote,
} from './pack-store.ts';
import { readPackAlone, type RuleSources } from './read-rule-sources.ts';
import { rehearseRevisions, type PastEvents, type RevisionRehearsal } from './rehearse-revisions.ts';

export interface AddedPack extends PackNote {
  left_out: ObtainedPack['leftOut'];
}

export interface ListedPack extends PackNote {
  /** Its files are those that were added. */
  is_intact: boolean;
}

/** A new revision that was looked at and is not in force. */
export interface PreparedUpdate {
  present: PackNote;
  next: ObtainedPack;
  diff: RevisionDiff;
  /** Nothing that is taken differs. */
  isSame: boolean;
  rehearse(past: AsyncIterable<PastEvents>, formats: ReadonlyMap<string, Format>): Promise<RevisionRehearsal>;
  apply(): Promise<AddedPack>;
}

export interface Packs {
  /** `given` is a path or a git address. Throws CONTENT.*. */
  add(given: string, options?: { name?: string; ref?: string; only?: readonly string[] }): Promise<AddedPack>;
  list(): Promise<ListedPack[]>;
  /** Fetches what its source holds now, or what `from` holds; writes nothing that is in force. */
  prepareUpdate(name: string, options?: { from?: string; ref?: string }): Promise<PreparedUpdate>;
  remove(name: string): Promise<PackNote>;
}

/** Content packs in a folder: what is there is in force with the next reading of rules. */
export function createPacks(
  options: Pick<RuleSources, 'overridesDirs' | 'pipelines'> & {
    /** `<state>/content` */
    dir: string;
    clock: Clock;
    environment: Readonly<Record<string, string | undefined>>;
    pathOf: (given: string) => string;
    signal?: AbortSignal;
  },
): Packs {
  const { dir, clock, pathOf, environment, signal } = options;

  async function obtain(source: PackSource): Promise<ObtainedPack> {
    await sweep(dir);
    const scratch = await scratchDir(dir);
    try {
      return await obtainPack(source, { scratch, environment, signal });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async function keep(name: string, source: PackSource, obtained: ObtainedPack): Promise<AddedPack> {
    signal?.throwIfAborted();
    const added_at = new Date(clock.now()).toISOString();
    return { ...(await keepRevision(dir, { name, source, added_at }, obtained)), left_out: obtained.leftOut };
  }

  const inForce = (files: ReadonlyMap<string, Buffer>) => readPackAlone(files, options);

  return {
    async add(given, { name: wanted, ref, only } = {}) {
      const source = packSource(given, { ref, pathOf, ...(only ? { only } : {}) });
      const name = wanted ?? defaultName(source);
      if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) throw errors.BAD_NAME([name]);
      if ((await listPacks(dir)).some((pack) => pack.name === name)) throw errors.NAME_TAKEN([name]);
      return keep(name, source, await obtain(source));
    },
    async list() {
      const packs = await listPacks(dir);
      return Promise.all(packs.map(async (pack) => ({ ...pack, is_intact: await isIntact(dir, pack) })));
    },
    async prepareUpdate(name, { from, ref } = {}) {
      const present = await findPack(dir, name);
      const { only } = present.source;
      const refreshed: PackSource =
        from !== undefined
          ? packSource(from, { ref, only, pathOf })
          : present.source.kind === 'git' && ref !== undefined
            ? packSource(present.source.url, { ref, only, pathOf })
            : present.source;
      const next = await obtain(refreshed);
      const files = await packFiles(dir, present);
      return {
        present,
        next,
        diff: compareRevisions(files, next.files),
        isSame: next.digest === present.digest,
        rehearse: async (past, formats) =>
          rehearseRevisions(past, { present: await inForce(files), next: await inForce(next.files) }, formats),
        apply: () => keep(name, refreshed, next),
      };
    },
    async remove(name) {
      const pack = await findPack(dir, name);
      await dropPack(dir, name);
      return pack;
    },
  };
}
