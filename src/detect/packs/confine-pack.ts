import type { Header, ParsedDocument } from '../../standards/sigma/index.ts';
import { errors } from './errors.ts';

/**
 * What keeps a pack to itself. Its filters touch its own rules only, a correlation that counts a rule of another place
 * leaves that rule its findings, and a name that is in use before it is not taken: a pack adds findings and never
 * removes somebody else's. `before` are the documents that were read before the pack.
 */
export function confinePack(pack: readonly ParsedDocument[], before: readonly ParsedDocument[]): ParsedDocument[] {
  const taken = new Map<string, string>();
  for (const { read, file } of before)
    if (read) for (const key of [read.header.id, read.header.name]) if (key !== undefined) taken.set(key, file);
  const takenIn = ({ id, name }: Header) => [id, name].find((key) => key !== undefined && taken.has(key));
  const kept = pack.flatMap(({ read }) => (read && takenIn(read.header) === undefined ? [read] : []));
  const ownRules = kept.filter(({ kind }) => kind === 'rule').map(({ header }) => header.id);
  const own = new Set(kept.flatMap(({ kind, header: { id, name } }) => (kind === 'filter' ? [] : [id, name])));
  return pack.map((document) => {
    const { read } = document;
    if (!read) return document;
    const name = takenIn(read.header);
    if (name !== undefined) {
      const where = { file: document.file, line: read.header.line, column: 1 };
      const error = errors.NAME_OF_ANOTHER([name, taken.get(name) ?? ''], { where });
      const { read: _refused, ...rest } = document;
      return { ...rest, problems: [...document.problems, { severity: 'error' as const, error }] };
    }
    if (read.kind === 'filter')
      return { ...document, read: { ...read, rules: (read.rules ?? ownRules).filter((rule) => own.has(rule)) } };
    if (read.kind === 'correlation' && read.rules.some((rule) => !own.has(rule)))
      return { ...document, read: { ...read, generate: true } };
    return document;
  });
}
