import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../base/config.ts';
import { enforcerCommand } from '../enforcer-command.ts';
import type { PointSettings } from '../../respond/index.ts';

/** CAP_NET_ADMIN, bit 12 of the effective set (capabilities(7)). */
const netAdmin = 1n << 12n;

/** Whether packets can be dropped here: Linux, nft, and the right to change its tables. */
export function canFilter(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (effective === undefined || (BigInt(`0x${effective}`) & netAdmin) === 0n) return false;
    execFileSync('nft', ['list', 'tables'], { stdio: 'ignore', timeout: 2_000 });
    return true;
  } catch {
    return false;
  }
}

/** The enforcement points that this server drives on its own host. Lists become points at their first pull. */
export function localPoints(options: {
  enforcer: Config['respond']['enforcer'];
  host: string;
  uid: number | undefined;
  stateDir: string;
  stopFile: string;
}): PointSettings[] {
  const { host } = options;
  const kind = options.enforcer === 'auto' ? (canFilter() ? 'nftables' : 'recorder') : options.enforcer;
  const common = { tenantId: 'default', siteId: 'default', host, isDemonstration: false };
  if (kind === 'none') return [];
  const pushed: PointSettings =
    kind === 'nftables'
      ? { ...common, id: `nftables@${host}`, kind, level: 'read_back', command: enforcerCommand({ ...options, kind }) }
      : {
          ...common,
          id: `recorder@${host}`,
          kind,
          level: 'published',
          command: enforcerCommand({ ...options, kind, recordFile: join(options.stateDir, 'recorder.jsonl') }),
        };
  return [pushed];
}
