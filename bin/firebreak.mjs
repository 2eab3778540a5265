#!/usr/bin/env node
import process from 'node:process';
import { buildConsole, install, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
if (args[0] === 'serve') {
  install();
  buildConsole();
  // A small young generation, in its threads too: with V8's default the idle server keeps some 60 MB more (bench/footprint.ts).
  run('src/server/main.ts', args, ['--max-semi-space-size=2']);
} else run('src/cli/main.ts', args);
