/**
 * A thread that ends the process and its children when a stop takes too long, also when the main thread hangs.
 * Its data: `withinMs`, and `more`, processes of ours that are not our children.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import { killRemaining } from './start/cut-off.ts';

const { withinMs, more } = z.object({ withinMs: z.number(), more: z.array(z.int()) }).parse(workerData);
await pause(withinMs);
killRemaining(process.pid, more);
process.kill(process.pid, 'SIGKILL');
