import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Client } from '../api/client.ts';
import type { LoadedConfig } from '../base/config.ts';

/** What a command may touch of the world; made in main.ts. */
export interface World {
  /** Settings, read when first asked for: many commands work without. Throws CONFIG.*. */
  config(): LoadedConfig;
  /** The running server. Throws CLI.SERVER_AWAY. */
  client(): Promise<Client>;
  /** Absolute path of a path as the person typed it. */
  path(given: string): string;
  /** The path as a person reads it: from where the command was given. */
  shown(path: string): string;
  /** A content folder of the config: here, else the bundled one. */
  content(folder: string): string;
  /** Variables of the process, for programs that are started on the person's behalf. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the program itself: content, migrations. */
  root: string;
  /** Epoch ms. */
  now(): number;
  /** `cli:<os user>` */
  actor: string;
  /** A sentence for the person, on stderr. */
  say(text: string): void;
  /** True when a person can answer. */
  isInteractive: boolean;
  ask(question: string): Promise<string>;
  stdin(): Promise<string>;
  /** Standard input as it comes, for what may be larger than memory. */
  input(): Readable;
  /** A line on stdout, with the next one waiting for a reader that is slow; for a command that `prints: 'lines'`. */
  print(line: string): Promise<void>;
  /** Ends when the person presses Ctrl-C. */
  signal: AbortSignal;
}

export interface Table {
  columns: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
  /** Said when there is no row. */
  empty?: string;
}

/** How a value looks to a person: text as it is, or a table. */
export type Shown = string | Table;

export interface Command {
  /** `<noun> <verb>`, or one word. */
  name: string;
  summary: string;
  /** Positional arguments, in the order of the keys. */
  args: z.ZodObject;
  /** `--kebab-case VALUE`, or a switch for a boolean. */
  options: z.ZodObject;
  run(world: World, input: never): Promise<unknown>;
  /** It prints its lines itself, as they come; its value is only for the exit code. */
  prints?: 'lines';
  /** For people; without it the value is printed as JSON. */
  show?(value: never): Shown;
  /** 0 without it. */
  exitCode?(value: never): number;
}

/** Declares a command; help, parsing, printing and exit code derive from it. `--json` prints the value as it is. */
export function command<A extends z.ZodObject, O extends z.ZodObject, V>(declared: {
  name: string;
  summary: string;
  args: A;
  options: O;
  run(world: World, input: { args: z.output<A>; options: z.output<O> }): Promise<V>;
  prints?: 'lines';
  show?(value: V): Shown;
  exitCode?(value: V): number;
}): Command {
  return declared;
}
