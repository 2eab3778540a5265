import { statSync } from 'node:fs';
import type { RuleSources } from '../detect/index.ts';
import type { World } from './command.ts';
import { errors } from './errors.ts';
import { ruleSources } from './rule-sources.ts';

/** Standard input, as people write it where a file is asked for. */
export const standardInput = '-';

/**
 * Tells folders and files of rules from files of events, as a person has typed them one after the other
 * (`--rules DIR... EVENTS...`): a folder holds rules, and so does a `.yml` file. Without rules: all that are in force here.
 * Throws CLI.UNREADABLE for a path that is not there.
 */
export function rulePaths(world: World, given: readonly string[] = []): { rules: RuleSources; events: string[] } {
  const rules: string[] = [];
  const events: string[] = [];
  for (const name of given) {
    if (name === standardInput) {
      events.push(name);
      continue;
    }
    const path = world.path(name);
    const isRules = isFolder(path, name) || /\.ya?ml$/i.test(name);
    (isRules ? rules : events).push(path);
  }
  return { rules: rules.length > 0 ? { rulesDirs: rules } : ruleSources(world), events };
}

function isFolder(path: string, name: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    throw errors.UNREADABLE([name, 'it is not there.']);
  }
}
