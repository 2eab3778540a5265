import { createHash, hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { ParsedDocument, Placeholders } from '../../standards/sigma/index.ts';

/** What reading rule files gave, kept over a restart: reading them again takes three times as long. */
export interface RuleCache {
  /** What these bytes gave when they were read before, as if read from `file`. */
  find(text: string, file: string, placeholders: Placeholders): ParsedDocument[] | undefined;
  /** A file with a problem is not kept: it is told with its place each time. */
  keep(text: string, placeholders: Placeholders, documents: readonly ParsedDocument[]): void;
  /** Writes what was found or kept since opening. A cache that cannot be written is none. */
  save(): Promise<void>;
}

const sumBytes = 32;
const Stored = z.object({ reader: z.string(), entries: z.map(z.string(), z.array(z.custom<ParsedDocument>())) });

/** A file that is absent, damaged or of another version of the reader is an empty cache. */
export async function openRuleCache(file: string): Promise<RuleCache> {
  const reader = readerHash();
  const before = await stored(file, reader);
  const used = new Map<string, readonly ParsedDocument[]>();
  let isNew = false;
  return {
    find(text, name, placeholders) {
      const key = keyOf(text, placeholders);
      const documents = before.get(key);
      if (!documents) return undefined;
      used.set(key, documents);
      return documents.map((document) => ({
        ...document,
        file: name,
        problems: [],
        ...(document.read && { read: { ...document.read, header: { ...document.read.header, file: name } } }),
      }));
    },
    keep(text, placeholders, documents) {
      if (documents.some(({ read, problems }) => !read || problems.length > 0)) return;
      used.set(keyOf(text, placeholders), documents);
      isNew = true;
    },
    async save() {
      if (!isNew && used.size === before.size) return;
      const payload = serialize({ reader, entries: used });
      const partial = `${file}.${process.pid}.partial`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(partial, Buffer.concat([sumOf(payload), payload]), { mode: 0o600 });
        await rename(partial, file);
      } catch {
        // The next start reads the rules themselves.
      }
    },
  };
}

async function stored(file: string, reader: string): Promise<Map<string, ParsedDocument[]>> {
  try {
    const bytes = await readFile(file);
    const payload = bytes.subarray(sumBytes);
    if (!sumOf(payload).equals(bytes.subarray(0, sumBytes))) return new Map();
    const found = Stored.parse(deserialize(payload));
    return found.reader === reader ? found.entries : new Map();
  } catch {
    return new Map();
  }
}

const sumOf = (payload: Uint8Array) => createHash('sha256').update(payload).digest();

function keyOf(text: string, placeholders: Placeholders): string {
  return hash('sha256', `${JSON.stringify(placeholders)}\0${text}`, 'base64');
}

/** Of the code that reads rules: another version may read them otherwise. */
function readerHash(): string {
  const dir = join(import.meta.dirname, '../../standards/sigma');
  const sum = createHash('sha256').update(process.version);
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.ts') && !name.endsWith('.test.ts')) sum.update(name).update(readFileSync(join(dir, name)));
  return sum.digest('base64');
}
