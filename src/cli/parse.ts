import { Command as Commander, CommanderError, Option } from 'commander';
import { z } from 'zod';
import type { Command } from './command.ts';
import { errors } from './errors.ts';

export interface Invocation {
  command: Command;
  args: unknown;
  options: unknown;
  json: boolean;
}

export type Parsed = { outcome: 'run'; invocation: Invocation } | { outcome: 'said'; text: string; exitCode: number };

/** Reads a command line by the commands' own data. Help and version are said, not run. Throws CLI.USAGE. */
export function parseCommandLine(argv: readonly string[], commands: readonly Command[], version: string): Parsed {
  let said = '';
  let invocation: Invocation | undefined;
  const program = quiet(new Commander('firebreak'), (text) => (said += text));
  program
    .description('Automated incident response: contain in milliseconds, within limits, undone and on record.')
    .version(version, '-V, --version')
    .addHelpText('after', help)
    .enablePositionalOptions();
  program.command('serve').description('start the server (this is what `npm start` runs)');
  const nouns = new Map<string, Commander>();
  for (const command of commands) {
    const [noun = '', verb] = command.name.split(' ');
    const parent = verb === undefined ? program : (nouns.get(noun) ?? program.command(noun));
    if (verb !== undefined && !nouns.has(noun)) {
      nouns.set(noun, parent);
      parent.description(nounSummary(commands, noun));
      quiet(parent, (text) => (said += text));
    }
    addCommand(
      parent,
      verb ?? noun,
      command,
      (found) => (invocation = found),
      (text) => (said += text),
    );
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.help' && argv.length === 0)
      return { outcome: 'said', text: program.helpInformation() + help, exitCode: 0 };
    if (error.exitCode === 0 || error.code === 'commander.help')
      return { outcome: 'said', text: said, exitCode: argv.length === 0 || error.exitCode === 0 ? 0 : 2 };
    throw errors.USAGE([error.message.replace(/^error: /, '')]);
  }
  return invocation
    ? { outcome: 'run', invocation }
    : { outcome: 'said', text: program.helpInformation(), exitCode: 0 };
}

function addCommand(
  parent: Commander,
  name: string,
  command: Command,
  found: (invocation: Invocation) => void,
  say: (text: string) => void,
): void {
  const sub = quiet(parent.command(name), say).description(command.summary);
  for (const [key, part] of parts(command.args)) {
    const isMany = bare(part) instanceof z.ZodArray;
    const label = kebab(key) + (isMany ? '...' : '');
    sub.argument(part.safeParse(undefined).success ? `[${label}]` : `<${label}>`, part.description ?? '');
  }
  for (const [key, part] of parts(command.options)) {
    const isSwitch = bare(part) instanceof z.ZodBoolean;
    const isMany = bare(part) instanceof z.ZodArray;
    const flag = `--${kebab(key)}${isSwitch ? '' : isMany ? ' <value...>' : ' <value>'}`;
    sub.addOption(new Option(flag, part.description ?? ''));
  }
  sub.option('--json', 'print the value as JSON');
  sub.action((...given: unknown[]) => {
    const flags = sub.opts<Record<string, unknown>>();
    const { json, ...options } = flags;
    const args = Object.fromEntries(parts(command.args).map(([key], index) => [key, given[index]]));
    found({
      command,
      args: checked(command.args, args, 'argument'),
      options: checked(command.options, options, 'option'),
      json: json === true,
    });
  });
}

function checked(schema: z.ZodObject, value: unknown, what: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const name = kebab(String(issue?.path[0] ?? ''));
  throw errors.USAGE([`${what} ${what === 'option' ? '--' : ''}${name}: ${issue?.message ?? 'wrong value'}`]);
}

function quiet(program: Commander, say: (text: string) => void): Commander {
  return program
    .exitOverride()
    .configureOutput({ writeOut: say, writeErr: say, outputError: () => {} })
    .showHelpAfterError(false);
}

function parts(schema: z.ZodObject): [string, z.ZodType][] {
  return Object.entries<z.ZodType>(schema.shape);
}

function bare(schema: z.ZodType): z.ZodType {
  let current = schema;
  while (current instanceof z.ZodDefault || current instanceof z.ZodOptional) current = current.unwrap() as z.ZodType;
  return current;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z_]/g, (letter) => (letter === '_' ? '-' : `-${letter.toLowerCase()}`));
}

function nounSummary(commands: readonly Command[], noun: string): string {
  const verbs = commands
    .filter(({ name }) => name.startsWith(`${noun} `))
    .map(({ name }) => name.slice(noun.length + 1));
  return verbs.join(', ');
}

const help = `
Every command takes --json (the value as JSON on stdout) and the settings of the config as flags, such as --state-dir DIR.
FIREBREAK_URL and FIREBREAK_TOKEN name another server; NO_COLOR turns colours off.

Exit codes: 0 ok, 1 a bug of ours, 2 usage, 3 differences found, 4 refused by policy, 5 waiting for approval, 6 time-out,
7 something outside failed.`;
