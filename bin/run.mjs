import process from 'node:process';
import { run } from './bootstrap.mjs';

const [file, ...args] = process.argv.slice(2);
run(file, args);
