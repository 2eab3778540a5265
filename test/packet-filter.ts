import { spawnSync } from 'node:child_process';

export const systemPath = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' };

/** True when nftables works in a namespace of our own; otherwise says aloud what is skipped. The host's ruleset is never touched. */
export function canFilterPackets(what: string, unshare: readonly string[] = ['-rn']): boolean {
  const can = spawnSync('unshare', [...unshare, 'nft', 'list', 'tables'], { env: systemPath }).status === 0;
  if (!can) console.warn(`SKIPPED: ${what}: nft or unshare is not usable here (packages nftables, util-linux).`);
  return can;
}

/** A figure for whoever reads the run. */
export function tellFigure(text: string): void {
  console.log(`FIGURE: ${text}`);
}
