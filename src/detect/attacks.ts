import type { Finding } from '../schema/finding.ts';

/** ATT&CK v19 split defense-evasion; our data is v18.1. */
const tacticAliases: Readonly<Record<string, string>> = {
  stealth: 'defense-evasion',
  'defense-impairment': 'defense-evasion',
};

/** Techniques of the tags; the tactic is told when the tags name one only. */
export function attacksOf(tags: readonly string[]): Finding['attacks'] {
  const names = tags.filter((tag) => tag.startsWith('attack.')).map((tag) => tag.slice('attack.'.length).toLowerCase());
  const techniques = names.filter((name) => /^t\d{4}(?:\.\d{3})?$/.test(name));
  const tactics = names
    .filter((name) => /^[a-z_-]+$/.test(name))
    .map((name) => name.replaceAll('_', '-'))
    .map((name) => tacticAliases[name] ?? name);
  const [tactic, second] = new Set(tactics);
  return [...new Set(techniques)].map((technique) => ({
    technique_id: technique.toUpperCase(),
    ...(tactic !== undefined && second === undefined ? { tactic } : {}),
  }));
}
