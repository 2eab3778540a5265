/** Short names of the tactics of ATT&CK Enterprise 18.1, in the order of its matrix. */
export const tactics = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;
export type Tactic = (typeof tactics)[number];

/** ATT&CK 19 has two tactics where 18.1 has defense-evasion. */
const aliases: Readonly<Record<string, Tactic>> = {
  stealth: 'defense-evasion',
  'defense-impairment': 'defense-evasion',
};

/** The tactic of 18.1 that a name means, as tags write it: any case, `_` for `-`, names of 19 too. undefined: none. */
export function tacticOf(name: string): Tactic | undefined {
  const plain = name.toLowerCase().replaceAll('_', '-');
  return tactics.find((one) => one === plain) ?? (Object.hasOwn(aliases, plain) ? aliases[plain] : undefined);
}
