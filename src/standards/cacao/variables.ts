import { errors } from './errors.ts';
import type { Playbook, Variable } from './playbook.ts';

// Lazy, so that `__a__:value and __b__:value` are two references.
const reference = /__[a-zA-Z_][a-zA-Z0-9_-]{0,199}?__:value/g;

/** The variables that a text refers to by `__name__:value`. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(reference)].map(([found]) => found.slice(0, -':value'.length));
}

/** What variables are worth: text, or null when it is not known. */
export type Values = ReadonlyMap<string, string | null>;

/**
 * Puts values in the place of `__name__:value`, once: a value that looks like a reference stays text.
 * Throws CACAO.UNDEFINED_VARIABLE for a name that has no value.
 */
export function substitute(text: string, values: Values): string {
  return text.replace(reference, (found) => {
    const name = found.slice(0, -':value'.length);
    const value = values.get(name);
    if (value === undefined || value === null) throw errors.UNDEFINED_VARIABLE([name]);
    return value;
  });
}

/** A variable's declared value as text: objects as JSON, nothing declared as null. */
export function declaredValue(variable: Variable): string | null {
  const { value } = variable;
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The playbook's variables as a run begins, or why it may not begin. Only external ones take a value from the caller. */
export function initialValues(
  playbook: Playbook,
  inputs: Readonly<Record<string, string>>,
): { values: Map<string, string | null> } | { refused: string } {
  const values = new Map<string, string | null>();
  const declared = playbook.playbook_variables ?? {};
  for (const name of Object.keys(inputs)) {
    if (!Object.hasOwn(declared, name)) return { refused: `The playbook has no variable ${name}.` };
    if (declared[name]?.external !== true)
      return { refused: `The variable ${name} is not external: no value for it is taken.` };
  }
  for (const [name, variable] of Object.entries(declared)) {
    const value = Object.hasOwn(inputs, name) ? (inputs[name] ?? null) : declaredValue(variable);
    if (variable.external && value === null) return { refused: `The external variable ${name} was given no value.` };
    values.set(name, value);
  }
  return { values };
}

/** Why a playbook may not run at this time (epoch ms), or undefined when it may. */
export function invalidityAt(playbook: Playbook, nowMs: number): string | undefined {
  if (playbook.revoked) return 'The playbook is revoked.';
  if (playbook.valid_from !== undefined && nowMs < Date.parse(playbook.valid_from))
    return `The playbook is not valid before ${playbook.valid_from}.`;
  if (playbook.valid_until !== undefined && nowMs >= Date.parse(playbook.valid_until))
    return `The playbook was valid until ${playbook.valid_until}.`;
  return undefined;
}
