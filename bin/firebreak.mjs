#!/usr/bin/env node
import process from 'node:process';
import { buildConsole, install, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
if (args[0] === 'serve') {
  install();
  buildConsole();
}
run(args[0] === 'serve' ? 'src/server/main.ts' : 'src/cli/main.ts', args);
