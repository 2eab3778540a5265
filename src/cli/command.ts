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
  /** A content folder of the config: here, else the bundled one. */
  content(folder: string): string;
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
  show?(value: V): Shown;
  exitCode?(value: V): number;
}): Command {
  return declared;
}
