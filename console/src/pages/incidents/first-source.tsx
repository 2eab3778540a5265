import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { startDemonstration } from '../../../../src/api/sources.ts';
import { useEdit, useMay } from '../../queries.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/section.tsx';
import { Problem } from '../../ui/states.tsx';

const ways = [
  { what: 'A log file', command: 'node bin/firebreak.mjs source add file /var/log/auth.log' },
  { what: 'Syslog', command: 'node bin/firebreak.mjs source add syslog-udp 127.0.0.1:5514' },
  { what: 'HTTP: a token, then NDJSON', command: 'node bin/firebreak.mjs token create sender event.write' },
] as const;

/** The shortest way to a first real source: the commands as the command line takes them. */
export function FirstSource({ isAlone }: { isAlone: boolean }) {
  const demonstrate = useEdit(startDemonstration);
  const mayAdd = useMay('source.manage');
  const post = `curl -H "Authorization: Bearer $TOKEN" \\\n  --data-binary @events.ndjson ${window.location.origin}/v1/events`;
  return (
    <Section title="Your first real source">
      <div className="space-y-2.5 px-4 pb-4">
        <p className="text-soft">
          One line in a terminal, in this folder, or the form on <Link to="/sources">Sources</Link>. Nothing real is
          contained before you arm it on{' '}
          <Link to="/rules" search={{ show: 'finding' }}>
            Rules
          </Link>
          : every rule begins in shadow.
        </p>
        <ul className="space-y-2">
          {ways.map(({ what, command }) => (
            <Command key={command} what={what} command={command} />
          ))}
          <Command what="" command={post} />
        </ul>
        {isAlone && mayAdd && (
          <Button disabled={demonstrate.isPending} onClick={() => demonstrate.mutate({ call: {} })}>
            {demonstrate.isPending ? 'Starting …' : 'Start the demonstration'}
          </Button>
        )}
        {demonstrate.error && <Problem error={demonstrate.error} />}
      </div>
    </Section>
  );
}

function Command({ what, command }: { what: string; command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void navigator.clipboard.writeText(command.replace(/\\\n\s*/g, '')).then(
      () => setCopied(true),
      // Without the permission to copy, the text stands there to be marked.
      () => setCopied(false),
    );
  return (
    <li>
      {what && <p className="text-soft mb-1">{what}</p>}
      <div className="flex items-start gap-2">
        <pre className="code min-w-0 grow whitespace-pre-wrap">{command}</pre>
        <Button onClick={copy} aria-label={`Copy: ${command}`} className="py-2!">
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </li>
  );
}
