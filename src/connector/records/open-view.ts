import type { JsonRecord } from './json-record.ts';

/** Puts a value under a name that the view does not have yet. */
export type Put = (name: string, value: unknown) => void;

/**
 * A view to which names can be added: what the record itself has stays, and of two values for one name the first.
 * What is undefined or an empty list is passed over, and so is `__proto__`, which a sender may name.
 */
export function openView(record: JsonRecord): { view: Record<string, unknown>; put: Put } {
  const view: Record<string, unknown> = { ...record };
  return {
    view,
    put(name, value) {
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      if (!isEmpty && name !== '__proto__' && !Object.hasOwn(view, name)) view[name] = value;
    },
  };
}
