#!/usr/bin/env node
import process from 'node:process';
import { buildConsole, install, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
if (args[0] === 'serve') {
  install();
  buildConsole();
  // Measured by bench/footprint.ts: a small young generation (its threads' too) keeps the idle server some 60 MB smaller; the
  // policies' wasm without the optimising compiler another 30 MB and 0.3 s at start, at the same half millisecond a decision;
  // the collection after starting some 8 MB.
  run('src/server/main.ts', args, ['--max-semi-space-size=4', '--liftoff-only', '--always-sparkplug', '--expose-gc']);
} else run('src/cli/main.ts', args);
