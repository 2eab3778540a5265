import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalRange, familyOf, isInRange } from '../base/address.ts';
import { messageOf } from '../base/errors.ts';
import { errors } from './errors.ts';

const WarningList = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  title: z.string().min(1).max(200),
  /** Why its members are not to be denied lightly. */
  reason: z.string().min(1).max(500),
  ranges: z.array(z.string()).max(100_000),
});

/** A list that has the address, with its reason. */
export interface Warning {
  list: string;
  title: string;
  reason: string;
  range: string;
}

export interface WarningLists {
  /** The lists that have this canonical address, or touch this range. */
  warningsOf(target: string): Warning[];
}

/** Reads every `.json` of a folder. Throws CONTEXT.BAD_WARNING_LIST with the file. */
export async function readWarningLists(dir: string): Promise<WarningLists> {
  const single = new Map<string, Warning[]>();
  const wide: Warning[] = [];
  for (const name of (await readdir(dir)).filter((entry) => entry.endsWith('.json')).sort()) {
    const file = join(dir, name);
    for (const warning of readList(await readFile(file, 'utf8'), file)) {
      const [address = '', prefix] = warning.range.split('/');
      if (prefix === (familyOf(address) === 4 ? '32' : '128'))
        single.set(address, [...(single.get(address) ?? []), warning]);
      else wide.push(warning);
    }
  }
  return {
    warningsOf(target) {
      const [address = ''] = target.split('/');
      const exact =
        target === address
          ? (single.get(address) ?? [])
          : [...single].flatMap(([member, warnings]) => (isInRange(member, target) ? warnings : []));
      return [...exact, ...wide.filter((warning) => overlaps(target, warning.range))];
    },
  };
}

function overlaps(target: string, range: string): boolean {
  const [address = ''] = target.split('/');
  const [network = ''] = range.split('/');
  return isInRange(address, range) || (target.includes('/') && isInRange(network, target));
}

function readList(text: string, file: string): Warning[] {
  try {
    const list = WarningList.parse(JSON.parse(text));
    return list.ranges.map((given) => {
      const range = canonicalRange(given);
      if (range === undefined) throw new Error(`"${given}" is no address or range`);
      return { list: list.name, title: list.title, reason: list.reason, range };
    });
  } catch (cause) {
    throw errors.BAD_WARNING_LIST([messageOf(cause).slice(0, 300)], { cause, where: { file } });
  }
}
