#!/usr/bin/env node
import { setPriority } from 'node:os';
import process from 'node:process';
import { buildConsole, install, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
if (args[0] === 'serve') {
  install();
  buildConsole();
  goFirst();
  // Measured by bench/footprint.ts and bench:contain: the young generation (its threads' too) is as small as it can be without a
  // collection in every path to a denial; the policies' wasm without the optimising compiler saves 30 MB and 0.3 s at start,
  // the collection after starting 30 MB.
  run('src/server/main.ts', args, ['--max-semi-space-size=8', '--liftoff-only', '--always-sparkplug', '--expose-gc']);
} else run('src/cli/main.ts', args);

/**
 * As auditd does (its priority_boost): on a machine that is attacked a core is scarce, and much of starting is to read the
 * program. The children inherit it. Root only.
 */
function goFirst() {
  try {
    setPriority(-4);
  } catch {
    // Without the right to it everything works, somewhat later under load.
  }
}
