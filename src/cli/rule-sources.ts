import { join } from 'node:path';
import type { RuleSources } from '../detect/index.ts';
import type { World } from './command.ts';

/** Where the server of this state folder reads its rules from: folders of the config, content packs, overrides, pipelines. */
export function ruleSources(world: World): Required<RuleSources> {
  const { content, state_dir: state } = world.config().config;
  return {
    rulesDirs: content.rules.map((dir) => world.content(dir)),
    packsDir: join(world.path(state), 'content'),
    overridesDirs: content.overrides.map((dir) => world.content(dir)),
    pipelines: content.pipelines.map((path) => world.content(path)),
    cacheFile: join(world.path(state), 'cache/rules'),
  };
}
