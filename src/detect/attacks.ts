import type { Finding } from '../schema/finding.ts';
import { tacticOf } from '../standards/sigma/index.ts';

/** ATT&CK in the tags: techniques as T1059.001, tactics by the short names of 18.1; each once. */
export function attackTagsOf(tags: readonly string[]): { techniques: string[]; tactics: string[] } {
  const names = tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length).toLowerCase());
  const techniques = names.filter((name) => /^t\d{4}(?:\.\d{3})?$/.test(name)).map((name) => name.toUpperCase());
  const tactics = names.flatMap((name) => tacticOf(name) ?? []);
  return { techniques: [...new Set(techniques)], tactics: [...new Set(tactics)] };
}

/** Techniques of the tags; the tactic is told when the tags name one only. */
export function attacksOf(tags: readonly string[]): Finding['attacks'] {
  const { techniques, tactics } = attackTagsOf(tags);
  const [tactic, second] = tactics;
  return techniques.map((technique) => ({
    technique_id: technique,
    ...(tactic !== undefined && second === undefined ? { tactic } : {}),
  }));
}
