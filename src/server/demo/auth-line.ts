/** The demonstration's own addresses: from the documentation range 203.0.113.0/24 (RFC 5737). */
export const addresses = { victim: '203.0.113.1', attacker: '203.0.113.66', bystander: '203.0.113.77' } as const;
export const loginPort = 2222;

// Fewer than a spray has: how many guesses come before the drop must not change what the attack is.
const guesses = ['root', 'admin', 'ubuntu', 'postgres'] as const;

/** The n-th guess of the attacker. */
export function guessOf(index: number): string {
  return guesses[index % guesses.length] ?? 'root';
}

/** A failed logon as OpenSSH and rsyslog write it. The host name says that it is a demonstration. */
export function failedLogonLine(nowMs: number, user: string, from: { address: string; port: number }): string {
  const known = user === 'root' ? '' : 'invalid user ';
  const time = new Date(nowMs).toISOString().replace('Z', '000+00:00');
  return `${time} firebreak-demo sshd[${2_000 + (from.port % 1_000)}]: Failed password for ${known}${user} from ${from.address} port ${from.port} ssh2\n`;
}
