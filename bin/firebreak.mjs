#!/usr/bin/env node
import process from 'node:process';
import { run } from './bootstrap.mjs';

const args = process.argv.slice(2);
run(args[0] === 'serve' ? 'src/server/main.ts' : 'src/cli/main.ts', args);
