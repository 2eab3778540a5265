import { once } from 'node:events';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { relative, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { ServerAway } from '../api/client.ts';
import { takeConfigFlags } from '../base/config-flags.ts';
import { contentFolder } from '../base/content-folder.ts';
import { loadConfig, type LoadedConfig } from '../base/config.ts';
import type { World } from './command.ts';
import { commands } from './commands.ts';
import { errors } from './errors.ts';
import { exitCodeOf } from './exit-code.ts';
import { parseCommandLine } from './parse.ts';
import { errorValue, printError, printJson, printShown } from './print.ts';

const root = resolve(import.meta.dirname, '../..');
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

function createWorld(flags: Readonly<Record<string, string>>, signal: AbortSignal): World {
  let loaded: LoadedConfig | undefined;
  const config = () => (loaded ??= loadConfig({ env: process.env, flags, cwd: process.cwd() }));
  return {
    config,
    async client() {
      const { connect } = await import('./connect.ts');
      return connect({
        url: process.env['FIREBREAK_URL'],
        token: process.env['FIREBREAK_TOKEN'],
        stateDir: () => resolve(config().config.state_dir),
      });
    },
    path: (given) => resolve(given),
    shown: (path) => relative('.', path) || path,
    content: (folder) => contentFolder(folder, { cwd: process.cwd(), root }),
    environment: process.env,
    root,
    now: () => Date.now(),
    actor: `cli:${userInfo().username}`,
    say: (sentence) => void process.stderr.write(`${sentence}\n`),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question, { signal });
      } finally {
        lines.close();
      }
    },
    stdin: () => text(process.stdin),
    input: () => process.stdin,
    async print(line) {
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
    },
    signal,
  };
}

async function main(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeConfigFlags(argv);
  let json = rest.includes('--json');
  try {
    const parsed = parseCommandLine(rest, commands, version);
    if (parsed.outcome === 'said') {
      process.stdout.write(parsed.text);
      return parsed.exitCode;
    }
    const { command, args, options } = parsed.invocation;
    json = parsed.invocation.json;
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    const value = await command.run(createWorld(flags, stop.signal), { args, options } as never);
    const isPlain = json || !command.show;
    const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
    if (command.prints !== 'lines' && (value !== undefined || isPlain))
      process.stdout.write(isPlain ? printJson(value) : printShown(command.show?.(value as never) ?? '', colour));
    return command.exitCode?.(value as never) ?? 0;
  } catch (thrown) {
    const error = thrown instanceof ServerAway ? awayOf(thrown) : thrown;
    if (json) process.stdout.write(printJson(errorValue(error)));
    process.stderr.write(printError(error));
    return exitCodeOf(error);
  }
}

function awayOf(thrown: ServerAway): Error {
  const isLate = thrown.cause instanceof Error && thrown.cause.name === 'TimeoutError';
  return isLate ? errors.TIMED_OUT(['The server’s answer']) : errors.SERVER_AWAY([thrown.message], { cause: thrown });
}

// A reader that stops early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
process.exitCode = await main(process.argv.slice(2));
