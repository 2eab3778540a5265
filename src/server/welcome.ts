import type { Serving } from './serve.ts';

/** What a person sees first: where, who, what is going on, and the shortest way to a real source. */
export function welcome(serving: Serving, program: string): string {
  const lines = ['', `  Console   ${serving.url}`];
  if (serving.firstAdmin)
    lines.push(
      `  Sign in   ${serving.firstAdmin.name} / ${serving.firstAdmin.password}`,
      '            once; you choose a password then. It is not shown again.',
    );
  const shown = serving.demonstration;
  if (shown?.enforcement === 'nftables')
    lines.push(
      '',
      '  A demonstration attack is under way in a network of its own: its packets are really dropped, your firewall is untouched.',
    );
  else if (shown?.enforcement === 'recorder') lines.push('', `  A demonstration attack is under way. ${shown.detail}`);
  if (shown) lines.push(`            ${program} demo remove  takes it away.`);
  if (!serving.hasSources)
    lines.push(
      '',
      '  Your first real source, in another terminal:',
      `            ${program} source add file /var/log/auth.log`,
      `            ${program} source add syslog-udp 127.0.0.1:5514`,
      `            ${program} source add http`,
      '  Nothing real is contained before you arm it: every rule begins in shadow.',
    );
  return `${[...lines, ''].join('\n')}\n`;
}
