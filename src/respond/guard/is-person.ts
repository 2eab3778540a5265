/** A person who asks is the source of what he asks; a playbook or rule aims by what it read. */
export function isPerson(actor: string): boolean {
  return /^(?:user--|cli:|token--)/.test(actor);
}
