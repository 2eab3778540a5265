import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { auditd } from './format.ts';

/** As audit_encode_nv_string writes a text of somebody's choice: in quotes, or in hexadecimal when one could end them. */
function encoded(text: string): string {
  const isPlain = Array.from(text).every((character) => character > '!' && character < '\u007f' && character !== '"');
  return isPlain ? `"${text}"` : Buffer.from(text).toString('hex').toUpperCase();
}

const login = (account: string, terminal: string, address: string): string =>
  `type=USER_LOGIN msg=audit(1795190000.200:503): pid=77 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=${encoded(account)} exe="/usr/sbin/sshd" hostname=? addr=${address} terminal=${terminal} res=failed'`;

describe('text of a stranger in audit records', () => {
  itAimsRight(
    'never moves the address of a login',
    auditd,
    fc
      .tuple(hostileText, fc.constantFrom('sshd', 'ssh', '/dev/pts/0'), realAddress)
      .map(([account, terminal, address]) => ({ line: login(account, terminal, address), address })),
  );

  it('reads arguments as they were given, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.array(
          hostileText.map((text) => text.replaceAll('\0', '').replaceAll('\u0001', '').toWellFormed().trimEnd()),
          { minLength: 1, maxLength: 6 },
        ),
        (words) => {
          const text = words.map((word, at) => `a${at}=${encoded(word)}`).join(' ');
          const read = auditd.read(
            `type=EXECVE msg=audit(1795190000.100:1): argc=${words.length} ${text}`,
            readContext,
          );
          expect(words.map((_word, at) => read?.view[`a${at}`])).toEqual(words);
        },
      ),
    );
  });

  it('keeps the records of another event out', () => {
    const lines = `${login('a', 'ssh', '203.0.113.77')}\ntype=USER_LOGIN msg=audit(1.000:2): msg='addr=1.2.3.4 res=failed'`;
    expect(auditd.read(lines, readContext)?.subjects.filter(({ type }) => type === 'ip')).toHaveLength(1);
  });

  itReadsInLinearTime(auditd, [
    ['type=EXECVE msg=audit(1.000:1): ', 'a="', ''],
    ['type=EXECVE msg=audit(1.000:1): ', "a='b ", ''],
    ['type=EXECVE msg=audit(1.000:1): ', 'a1[0]=61 ', ''],
    ['type=AUOMS_EXECVE audit(1.000:1): ', ' cmdline=', ''],
    ['type=AUOMS_EXECVE audit(1.000:1): cmdline="', ' redactors=', ''],
    ['type=SYSCALL msg=audit(1.000:1): ', '\u001d', ''],
    ['', 'type=SYSCALL msg=audit(1.000:1): a=b\n', ''],
    ['{"MESSAGE":"type=', 'audit(', '"}'],
  ]);
});

describe('records of one event', () => {
  const event = [
    'type=SYSCALL msg=audit(1795190000.100:9): arch=c000003e syscall=59 success=yes exit=0 a0=1 ppid=2 pid=3 auid=1000 uid=0 comm="sh" exe="/usr/bin/sh" key=(null)',
    'type=EXECVE msg=audit(1795190000.100:9): argc=3 a0="sh" a1="-c" a2=69642026262069',
    'type=CWD msg=audit(1795190000.100:9): cwd="/tmp"',
    'type=PATH msg=audit(1795190000.100:9): item=0 name="x" nametype=CREATE',
    'type=PATH msg=audit(1795190000.100:9): item=1 name="/tmp" nametype=PARENT',
    'type=EOE msg=audit(1795190000.100:9): ',
  ];

  it('are one event with one key, under Sysmon’s names too', () => {
    expect(new Set(event.map((line) => auditd.eventKey?.(line))).size).toBe(1);
    const read = auditd.read(event.join('\n'), readContext);
    expect(read?.logsources.map(({ category }) => category)).toEqual(['process_creation', 'file_event']);
    expect(read?.view).toMatchObject({
      Image: '/usr/bin/sh',
      CommandLine: 'sh -c id && i',
      CurrentDirectory: '/tmp',
      User: 'root',
      TargetFilename: '/tmp/x',
      SYSCALL: 'execve',
      a1: '-c',
      name: ['x', '/tmp'],
    });
  });

  it('make no process of a call that failed', () => {
    const failed = event.join('\n').replace('success=yes', 'success=no');
    expect(auditd.read(failed, readContext)?.logsources).toEqual([{ product: 'linux', service: 'auditd' }]);
  });

  it('tell the other end of a connection', () => {
    const lines = [
      'type=SYSCALL msg=audit(1795190000.100:9): arch=c000003e syscall=42 success=no exit=-115 uid=33 exe="/bin/bash"',
      'type=SOCKADDR msg=audit(1795190000.100:9): saddr=0200115CCB00711E0000000000000000',
    ];
    const read = auditd.read(lines.join('\n'), readContext);
    expect(read?.logsources).toEqual([{ product: 'linux', service: 'auditd', category: 'network_connection' }]);
    expect(read?.view).toMatchObject({ DestinationIp: '203.0.113.30', DestinationPort: 4_444, Initiated: 'true' });
  });
});
