import { canonicalAddress } from '../base/address.ts';
import { messageOf } from '../base/errors.ts';
import type { Tx } from '../db/index.ts';
import { Asset } from './asset.ts';
import { errors } from './errors.ts';
import { upsertAssets } from './store/assets.ts';

/** Rows of one import. */
const mostRows = 100_000;

/**
 * Reads a list of assets as CSV (RFC 4180 without line ends inside cells): a header with the columns id, name, addresses,
 * hosts, roles, importance, owner, site, of which only id is needed. Gives the number of assets. All or nothing:
 * throws CONTEXT.BAD_ASSET_FILE with file and line.
 */
export async function importAssets(
  tx: Tx,
  source: { text: string; file: string; tenantId: string; siteId: string },
  atMs: number,
): Promise<number> {
  const assets = readAssets(source);
  await upsertAssets(tx, assets, atMs);
  return assets.length;
}

function readAssets(source: { text: string; file: string; tenantId: string; siteId: string }): Asset[] {
  const { file } = source;
  const lines = source.text.replace(/^\ufeff/, '').split(/\r?\n/);
  const head = cellsOf(lines[0] ?? '').map((name) => name.trim().toLowerCase());
  const unknown = head.find((name) => !columns.has(name));
  if (!head.includes('id') || unknown !== undefined)
    throw errors.BAD_ASSET_FILE(
      [unknown === undefined ? 'there is no column id.' : `there is no column "${unknown}".`],
      {
        where: { file, line: 1 },
      },
    );
  if (lines.length > mostRows)
    throw errors.BAD_ASSET_FILE([`it has more than ${mostRows} lines.`], { where: { file } });
  const assets = new Map<string, Asset>();
  lines.slice(1).forEach((line, index) => {
    if (line.trim() === '') return;
    const where = { file, line: index + 2 };
    try {
      const cells = cellsOf(line);
      const row = new Map(head.map((name, column) => [name, cells[column]?.trim() ?? '']));
      const asset = assetOf(row, source);
      const key = `${asset.site_id} ${asset.id}`;
      if (assets.has(key)) throw new Error(`the id "${asset.id}" stands twice`);
      assets.set(key, asset);
    } catch (cause) {
      throw errors.BAD_ASSET_FILE([messageOf(cause).slice(0, 300)], { cause, where });
    }
  });
  return [...assets.values()];
}

const columns = new Set(['id', 'name', 'addresses', 'hosts', 'roles', 'importance', 'owner', 'site']);

function assetOf(row: ReadonlyMap<string, string>, at: { tenantId: string; siteId: string }): Asset {
  const words = (name: string) => (row.get(name) ?? '').split(/[\s;]+/).filter((word) => word !== '');
  const id = row.get('id') ?? '';
  return Asset.parse({
    tenant_id: at.tenantId,
    site_id: row.get('site') || at.siteId,
    id,
    name: row.get('name') || id,
    owner: row.get('owner') || null,
    roles: words('roles'),
    importance: row.get('importance') ? Number(row.get('importance')) : 2,
    addresses: words('addresses').map((address) => canonicalAddress(address) ?? address),
    hosts: words('hosts'),
  });
}

/** One line's cells; a cell in double quotes may have commas, and doubled quotes. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] === '"') {
      let cell = '';
      for (at += 1; line[at] !== '"' || line[at + 1] === '"'; at += 1) {
        if (at >= line.length) throw new Error('a quote is not closed');
        if (line[at] === '"') at += 1;
        cell += line[at];
      }
      cells.push(cell);
      at += 2;
    } else {
      const end = line.indexOf(',', at);
      cells.push(line.slice(at, end < 0 ? line.length : end));
      at = end < 0 ? line.length + 1 : end + 1;
    }
  }
  return cells;
}
