import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, isMap, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { defineErrors, type Where } from './errors.ts';

const seconds = z.int().min(1);
const path = z.string().min(1);

const Notify = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook'),
    url: z.url(),
    /** File with the Standard Webhooks secret, `whsec_…`. */
    secret_file: path,
    /** Allows private and loopback addresses for this receiver. */
    allow_private: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('smtp'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(587),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
    user: z.string().optional(),
    password_file: path.optional(),
    /** required: never without TLS; opportunistic: when offered; none: a relay on this machine. */
    tls: z.enum(['required', 'opportunistic', 'none']).default('required'),
  }),
]);

/**
 * Every setting of Firebreak. Names are the keys of `firebreak.yml`; the environment says `FIREBREAK_HTTP_PORT` for `http.port`,
 * and a flag `--http.port 8080` wins over both.
 */
export const Config = z.strictObject({
  /** Everything Firebreak keeps: database, history, keys. */
  state_dir: path.default('./data'),
  /** Empty: PostgreSQL is started from npm's binaries below state_dir. */
  database_url: z.string().default(''),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('warn'),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(7373),
      tls_certificate: path.optional(),
      tls_key: path.optional(),
      /** Allows plain HTTP on an address other than loopback. */
      insecure: z.boolean().default(false),
      /** How people reach the console, for links in notifications. */
      public_url: z.url().optional(),
    })
    .prefault({}),
  content: z
    .strictObject({
      rules: z.array(path).default(['./content/rules']),
      /** Filters and `*.overrides.yml` for rules of any origin, content packs among them. */
      overrides: z.array(path).default(['./content/overrides']),
      /** pySigma processing pipelines (files or folders) that rules of any origin go through. */
      pipelines: z.array(path).default([]),
      playbooks: z.array(path).default(['./content/playbooks']),
      policies: z.array(path).default(['./content/policies']),
    })
    .prefault({}),
  /** Sources beside those added by API and CLI: see src/schema/source.ts. */
  sources: z.array(z.record(z.string(), z.unknown())).default([]),
  respond: z
    .strictObject({
      /** Addresses and ranges that are never contained, beside the compiled-in ones. */
      protected: z.array(z.string()).default([]),
      /** Enforcers of this host: nftables drops here; recorder only writes down; auto is nftables where it can, else recorder. */
      enforcer: z.enum(['auto', 'nftables', 'recorder', 'none']).default('auto'),
      duration_s: seconds.default(600),
      max_duration_s: seconds.default(86_400),
      max_per_hour: z.int().min(0).default(100),
    })
    .prefault({}),
  triage: z
    .strictObject({
      /** CEL conditions over `incident`; one that holds declares it. */
      declare: z.array(z.string()).default([]),
      window_s: seconds.default(3_600),
    })
    .prefault({}),
  notify: z.array(Notify).default([]),
  history: z
    .strictObject({ retention_days: z.int().min(1).default(90), max_gb: z.number().positive().default(10) })
    .prefault({}),
  ledger: z
    .strictObject({
      /** Where signed checkpoints are appended: a file (best on another machine's disk) or an https URL. Empty: state_dir/checkpoints.txt. */
      export_to: z.string().default(''),
      /** Lets export_to be a receiver on this machine or in a private network, and without TLS. */
      allow_private: z.boolean().default(false),
    })
    .superRefine(({ export_to: to, allow_private: isPrivateAllowed }, check) => {
      if (!to.includes('://') || to.startsWith('https://') || (isPrivateAllowed && to.startsWith('http://'))) return;
      const message = to.startsWith('http://')
        ? 'Without TLS only to a receiver in your own network: set `ledger.allow_private: true`, or write https://host/path.'
        : 'Write a file path or https://host/path.';
      check.addIssue({ code: 'custom', path: ['export_to'], message });
    })
    .prefault({}),
  /** The demonstration of a fresh install: auto starts it once, off never. */
  demonstration: z.enum(['auto', 'off']).default('auto'),
});
export type Config = z.infer<typeof Config>;

export interface LoadedConfig {
  config: Config;
  /** Where each leaf's value came from: `firebreak.yml:12`, `FIREBREAK_HTTP_PORT`, `--http.port` or `default`. */
  origins: ReadonlyMap<string, string>;
}

const errors = defineErrors('CONFIG', {
  UNREADABLE: {
    kind: 'user',
    message: (file: string, detail: string) => `The config file ${file} cannot be read: ${detail}`,
    fix: 'Correct the file at the place named, or point FIREBREAK_CONFIG elsewhere.',
  },
  UNKNOWN_KEY: {
    kind: 'user',
    message: (key: string, origin: string) => `"${key}" (${origin}) is no setting of Firebreak.`,
    fix: 'Run `firebreak config --print-config` to see every setting with its value and origin.',
  },
  BAD_VALUE: {
    kind: 'user',
    message: (key: string, origin: string, detail: string) => `"${key}" (${origin}): ${detail}`,
    fix: 'Run `firebreak config --print-config` to see every setting with its value and origin.',
  },
});

type Tree = { [key: string]: unknown };

interface Layer {
  tree: Tree;
  origin(key: string): { name: string; where?: Where };
}

/** Reads file, environment and flags (later wins) into one checked config. Throws CONFIG.* with file, line and fix. */
export function loadConfig(input: {
  env: Readonly<Record<string, string | undefined>>;
  flags: Readonly<Record<string, string>>;
  cwd: string;
}): LoadedConfig {
  const named = input.flags['config'] ?? input.env['FIREBREAK_CONFIG'];
  const file = resolve(input.cwd, named ?? 'firebreak.yml');
  const layers: Layer[] = [];
  if (named !== undefined || existsSync(file)) layers.push(fileLayer(file));
  layers.push(environmentLayer(input.env), flagLayer(input.flags));

  const merged: Tree = {};
  const origins = new Map<string, string>();
  const wheres = new Map<string, Where>();
  for (const layer of layers) {
    for (const [key, value] of leaves(layer.tree)) {
      setLeaf(merged, key, value);
      const origin = layer.origin(key);
      origins.set(key, origin.name);
      if (origin.where) wheres.set(key, origin.where);
    }
  }

  const parsed = Config.safeParse(merged);
  if (!parsed.success) throw problemOf(parsed.error, origins, wheres);
  for (const [key] of leaves(parsed.data)) if (!origins.has(key)) origins.set(key, 'default');
  return { config: parsed.data, origins };
}

function problemOf(error: z.ZodError, origins: Map<string, string>, wheres: Map<string, Where>) {
  const issue = error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === 'unrecognized_keys') path.push(issue.keys[0] ?? '');
  const key = path.join('.');
  // A list is one leaf: a problem inside of it belongs to the list.
  const known =
    path.map((_, index) => path.slice(0, index + 1).join('.')).find((prefix) => origins.has(prefix)) ??
    [...origins.keys()].find((leaf) => leaf.startsWith(`${key}.`)) ??
    key;
  const origin = origins.get(known) ?? 'default';
  const where = wheres.get(known);
  const more = where ? { where } : {};
  return issue?.code === 'unrecognized_keys'
    ? errors.UNKNOWN_KEY([key, origin], more)
    : errors.BAD_VALUE([key, origin, issue?.message ?? 'wrong value'], more);
}

function fileLayer(file: string): Layer {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  } catch (cause) {
    throw errors.UNREADABLE([file, cause instanceof Error ? cause.message : String(cause)], { where: { file }, cause });
  }
  const problem = document.errors[0];
  if (problem) {
    const at = problem.linePos?.[0];
    throw errors.UNREADABLE([file, problem.message.split('\n')[0] ?? ''], {
      where: { file, ...(at && { line: at.line, column: at.col }) },
    });
  }
  if (document.contents !== null && !isMap(document.contents))
    throw errors.UNREADABLE([file, 'it is not a list of `key: value` lines'], { where: { file, line: 1 } });
  return {
    tree: (document.toJS({ maxAliasCount: 100 }) ?? {}) as Tree,
    origin(key) {
      const node = document.getIn(key.split('.'), true) as { range?: [number, number, number] | null } | undefined;
      const line = node?.range ? lines.linePos(node.range[0]).line : 1;
      return { name: `${file}:${line}`, where: { file, line } };
    },
  };
}

/** Leaves of the schema by their environment name, from the schema itself. */
const environmentNames: ReadonlyMap<string, string> = new Map(
  schemaLeaves(Config).map((key) => [`FIREBREAK_${key.replaceAll('.', '_').toUpperCase()}`, key]),
);
/** Names that are ours but no settings of the product: tests, tools and the place of the config file. */
const otherNames = new Set([
  'FIREBREAK_CONFIG',
  'FIREBREAK_DATA_DIR',
  'FIREBREAK_TEST_DATABASE_URL',
  'FIREBREAK_FUZZ_RUNS',
  'FIREBREAK_TOKEN',
  'FIREBREAK_URL',
]);

function environmentLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const tree: Tree = {};
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('FIREBREAK_') || otherNames.has(name) || text === undefined) continue;
    const key = environmentNames.get(name);
    if (!key) throw errors.UNKNOWN_KEY([name, 'environment']);
    setLeaf(tree, key, fromText(key, text));
  }
  return { tree, origin: (key) => ({ name: `FIREBREAK_${key.replaceAll('.', '_').toUpperCase()}` }) };
}

function flagLayer(flags: Readonly<Record<string, string>>): Layer {
  const tree: Tree = {};
  for (const [key, text] of Object.entries(flags)) if (key !== 'config') setLeaf(tree, key, fromText(key, text));
  return { tree, origin: (key) => ({ name: `--${key}` }) };
}

/** Text from environment or flags in the setting's own type; lists are comma separated. */
function fromText(key: string, text: string): unknown {
  const type = leafType(key);
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'array') return text === '' ? [] : text.split(',').map((part) => part.trim());
  return text;
}

function inner(schema: z.ZodType): z.ZodType {
  let current: z.ZodType = schema;
  while (current instanceof z.ZodDefault || current instanceof z.ZodPrefault || current instanceof z.ZodOptional)
    current = current.unwrap() as z.ZodType;
  return current;
}

function schemaLeaves(schema: z.ZodType, prefix = ''): string[] {
  const bare = inner(schema);
  if (!(bare instanceof z.ZodObject)) return [prefix];
  return Object.entries(bare.shape as Record<string, z.ZodType>).flatMap(([name, child]) =>
    schemaLeaves(child, prefix ? `${prefix}.${name}` : name),
  );
}

function leafType(key: string): string {
  let current: z.ZodType | undefined = Config;
  for (const part of key.split('.')) {
    const bare: z.ZodType = inner(current);
    current = bare instanceof z.ZodObject ? (bare.shape as Record<string, z.ZodType>)[part] : undefined;
    if (!current) return 'unknown';
  }
  return inner(current).def.type;
}

function leaves(tree: Tree, prefix = ''): [string, unknown][] {
  return Object.entries(tree).flatMap(([name, value]): [string, unknown][] => {
    const key = prefix ? `${prefix}.${name}` : name;
    const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isBranch ? leaves(value as Tree, key) : [[key, value]];
  });
}

function setLeaf(tree: Tree, key: string, value: unknown): void {
  const parts = key.split('.');
  const last = parts.pop() ?? '';
  let branch = tree;
  for (const part of parts) {
    if (typeof branch[part] !== 'object' || branch[part] === null || Array.isArray(branch[part])) branch[part] = {};
    branch = branch[part] as Tree;
  }
  if (last !== '__proto__') branch[last] = value;
}
