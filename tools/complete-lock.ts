/**
 * Adds to package-lock.json the optional packages of other platforms that the registry in use could not name: without them
 * `npm ci` refuses the lock. Run it after every `npm install`: `node bin/run.mjs tools/complete-lock.ts`.
 * An added entry has its exact version and platform but no integrity, since nobody here has seen its bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Entry = z.looseObject({
  version: z.string().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lock = z.looseObject({ packages: z.record(z.string(), Entry) });

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** `@scope/binding-linux-x64-musl` → where it runs. A name that says no platform gives undefined. */
function platformOf(name: string): Record<string, string[]> | undefined {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!cpu || (!os && cpu !== 'wasm32')) return undefined;
  const libc =
    os === 'linux' && (words.includes('musl') || words.includes('musleabihf'))
      ? ['musl']
      : os === 'linux' && words.includes('gnu')
        ? ['glibc']
        : undefined;
  return { cpu: [cpu], ...(os && { os: [os] }), ...(libc && { libc }) };
}

const file = join(import.meta.dirname, '..', 'package-lock.json');
const lock = Lock.parse(JSON.parse(readFileSync(file, 'utf8')));
let added = 0;
for (const entry of Object.values(lock.packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[place] || !platform || !/^\d/.test(version)) continue;
    lock.packages[place] = { version, ...platform, optional: true };
    added += 1;
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
