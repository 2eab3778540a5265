import { hasCode } from './has-code.ts';

/** Whether a process has this id, also one that is not ours to signal. The id may have gone to another since. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
