import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { errors } from './errors.ts';

const only = z.array(z.string().min(1)).default([]);

/** Where a pack comes from, as it is written down. */
export const PackSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string(), only }),
  z.strictObject({ kind: z.literal('archive'), path: z.string(), only }),
  z.strictObject({
    kind: z.literal('git'),
    url: z.string(),
    /** Branch, tag or commit; absent: the branch that the repository names. */
    ref: z.string().optional(),
    only,
  }),
]);
export type PackSource = z.infer<typeof PackSource>;

/**
 * What a person named: a path that exists is a folder or an archive; else a git address by https, ssh or file. Every
 * other way of git (http, git, ext, helpers) is refused, and so is anything that git could take for an option.
 * `pathOf` makes a path absolute. Throws CONTENT.BAD_SOURCE.
 */
export function packSource(
  given: string,
  options: { ref?: string | undefined; only?: readonly string[]; pathOf: (given: string) => string },
): PackSource {
  const chosen = { only: [...(options.only ?? [])] };
  if (/\p{Cc}/u.test(given)) throw errors.BAD_SOURCE([given, 'it holds control characters']);
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) || /^[\w.-]+@[\w.-]+:/.test(given) || given.includes('::');
  if (isAddress) return gitSource(given, options.ref, chosen);
  const path = options.pathOf(given);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw errors.BAD_SOURCE([given, 'it does not exist']);
  if (options.ref !== undefined) throw errors.BAD_SOURCE([given, 'only a git address has a --ref']);
  if (stat.isDirectory()) return { kind: 'folder', path, ...chosen };
  if (stat.isFile()) return { kind: 'archive', path, ...chosen };
  throw errors.BAD_SOURCE([given, 'it is neither a folder nor a file']);
}

function gitSource(given: string, ref: string | undefined, chosen: { only: string[] }): PackSource {
  const refuse = (detail: string) => errors.BAD_SOURCE([given, detail]);
  const scp = /^([\w.-]+@)([A-Za-z0-9][\w.-]*):(?!\/\/)([^:].*)$/.exec(given);
  const url = scp ? `ssh://${scp[1]}${scp[2]}/${scp[3]}` : given;
  const parsed = URL.parse(url);
  if (!parsed || !['https:', 'ssh:', 'file:'].includes(parsed.protocol))
    throw refuse('git is asked by https://, ssh:// or file:// only');
  const isHost = parsed.protocol === 'file:' ? parsed.hostname === '' : /^[A-Za-z0-9[]/.test(parsed.hostname);
  if (!isHost || !/^[\w.]?[\w.-]*$/.test(parsed.username)) throw refuse('its host or user is none');
  // It would be written down, and shown.
  if (parsed.password !== '') throw refuse('it holds a password; use a credential helper of git, or ssh');
  if (ref !== undefined && (!/^[A-Za-z0-9][\w./-]{0,200}$/.test(ref) || ref.includes('..')))
    throw refuse(`"${ref}" is no branch, tag or commit`);
  return { kind: 'git', url, ...(ref === undefined ? {} : { ref }), ...chosen };
}

/** The name a pack has when none is given: the last part of its source. */
export function defaultName(source: PackSource): string {
  const last = source.kind === 'git' ? (source.url.split(/[/:]/).at(-1) ?? '') : basename(source.path);
  return last
    .toLowerCase()
    .replace(/\.(?:git|zip|tar|tgz|tar\.gz)$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
}
