import type { View } from '../event-values.ts';
import fc from 'fast-check';

/** Texts that folding, wildcards, escapes and sampling trip over; rules and events draw from the same. */
const atoms = [
  ...'a b A k K \u212a s \u017f S i \u0130 \u0131 Σ ς σ ß ẞ \u00b5 \u03bc Ä ä 😀 é –'.split(' '),
  ...String.raw`\ \\ * ? . - / " % [ ( | + ^ $ {2}`.split(' '),
  ...'1 01 4624 4624.0 1e3 -0 true null 10.0.0.1 192.168.1.77 ::1 2001:db8::5 2024-02-29T13:37:00Z'.split(' '),
  ...String.raw`cmd.exe powershell powerpoint cd ef system64 C:\Windows\System32\ -enc http:// Mimikatz sekurlsa`.split(
    ' ',
  ),
  ' ',
  '\n',
  'net user',
  ' /c ',
  '\ud800',
  '\udc00',
  '__proto__',
];
const text = fc.array(fc.constantFrom(...atoms), { maxLength: 5 }).map((parts) => parts.join(''));
/** Well-formed: what a rule's file can hold. */
const ruleText = text.map((one) => one.toWellFormed());
const fields = ['EventID', 'Image', 'CommandLine', 'a.b', 'deep.list.x', 'constructor', 'Zahl'];
const field = fc.constantFrom(...fields);
const number = fc.constantFrom(0, 1, -1, 4624, 4625, 1.5, 1_000, 10 ** 15);

const ranges = fc.constantFrom('10.0.0.0/8', '192.168.1.0/24', '::/0', '2001:db8::/32', '0.0.0.0/0');
const expressions = fc.oneof(
  fc.constantFrom(
    ...String.raw`(?i)cmd\.exe power(shell|point) ^C:\\ x*Mimi[Kk]atz+ net\s+user (a|b){2,}c? sekur.*lsa (?i)\x{17f} (?i)KS`.split(
      ' ',
    ),
    ...String.raw`[a-f]+ \d{4} . (?:ab|cd|ef)g? (?s).*user.* [Ss]ystem(32|64)\\ e(?i:NC) µ|Ä \x41 a|`.split(' '),
    '',
  ),
  ruleText.map((one) => one.replaceAll(/[\\*?.[({|+^$})\]]/g, '\\$&')),
);

/** Keys of a detection with the values that they take. */
const item = fc.oneof(
  {
    weight: 6,
    arbitrary: keyed(['', '|contains', '|startswith', '|endswith', '|cased', '|contains|cased', '|neq'], ruleText),
  },
  {
    weight: 2,
    arbitrary: keyed(
      ['|contains|all', '|startswith|all', '|endswith|neq', '|contains|neq', '|windash|contains'],
      ruleText,
    ),
  },
  keyed(['|re', '|re|i', '|re|m', '|re|s', '|re|i|s', '|re|all', '|re|neq'], expressions),
  keyed(['', '|neq'], number),
  keyed(['|lt', '|lte', '|gt', '|gte'], number),
  keyed(['|cidr', '|cidr|neq', '|cidr|all'], ranges),
  keyed(['', '|neq'], fc.boolean()),
  keyed(['|exists'], fc.boolean(), 1),
  keyed(['', '|neq'], fc.constantFrom(null, '', '*', '?', '?*', '**')),
  keyed(['|minute', '|hour', '|day|gte', '|week', '|month', '|year'], fc.constantFrom(0, 2, 9, 13, 29, 37, 2024)),
  keyed(
    [
      '|fieldref',
      '|fieldref|startswith',
      '|fieldref|endswith',
      '|fieldref|contains',
      '|fieldref|cased',
      '|fieldref|neq',
    ],
    field,
  ),
  keyed(
    ['|base64', '|base64offset|contains', '|wide|base64offset|contains', '|utf16le|base64offset|contains'],
    fc.constantFrom('cmd', 'net user', 'é'),
  ),
);

function keyed<T>(modifiers: readonly string[], value: fc.Arbitrary<T>, most = 4): fc.Arbitrary<[string, unknown]> {
  return fc.tuple(
    fc.tuple(field, fc.constantFrom(...modifiers)).map(([name, modifier]) => name + modifier),
    fc.oneof(value, fc.array(value, { minLength: 1, maxLength: most })) as fc.Arbitrary<unknown>,
  );
}

const keywords = fc.oneof(
  fc.array(
    ruleText.filter((one) => one !== ''),
    { minLength: 1, maxLength: 3 },
  ),
  fc
    .array(
      ruleText.filter((one) => one !== ''),
      { minLength: 1, maxLength: 2 },
    )
    .map((values) => ({ '|all': values })),
  expressions.map((one) => ({ '|re': one })),
);
const map = fc.array(item, { minLength: 1, maxLength: 3 }).map((entries) => Object.fromEntries(entries) as unknown);
const search = fc.oneof(
  { weight: 6, arbitrary: map },
  { weight: 2, arbitrary: fc.array(map, { minLength: 1, maxLength: 3 }) },
  keywords,
);
const conditions = fc.constantFrom(
  'one',
  'not one',
  'one and two',
  'one or two',
  'one and not two',
  'not (one and two)',
  'not one and not two',
  '1 of them',
  'all of them',
  'one and 1 of t*',
  'one and not 1 of t*',
  '(one or two) and three',
  'not 1 of them',
);

const logsource = fc.constantFrom(
  {},
  { product: 'windows' },
  { product: 'windows', category: 'process_creation' },
  { service: 'x' },
);
/** The text of a rule; JSON is YAML. Some are refused, as rules of people are. */
export const generatedRule: fc.Arbitrary<string> = fc
  .record({ one: search, two: search, three: search, condition: conditions, logsource })
  .map(({ one, two, three, condition, logsource: source }) =>
    JSON.stringify({ title: 'generated', logsource: source, detection: { one, two, three, condition } }),
  );

const scalar = fc.oneof({ weight: 5, arbitrary: text }, number, fc.boolean(), fc.constant(null));
const huge = fc
  .tuple(text, fc.integer({ min: 1, max: 5_000 }), text)
  .map(([a, times, b]) => `${a}${'ab \\'.repeat(times)}${b}`);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  fc.array(fc.array(scalar, { maxLength: 2 }), { maxLength: 2 }),
  fc.record({ x: scalar }),
  huge,
);
export const generatedEvent: fc.Arbitrary<Record<string, unknown>> = fc
  .record(
    {
      EventID: fc.oneof(fc.constantFrom(4624, '4624', '4624.0', 1, '01', 'abc'), value),
      Image: value,
      CommandLine: value,
      'a.b': value,
      a: fc.oneof(value, fc.record({ b: value })),
      deep: fc.record({ list: fc.array(fc.record({ x: value }), { maxLength: 3 }) }),
      Zahl: value,
      Other: value,
    },
    { requiredKeys: [] },
  )
  .map((event) => ({ ...event }));

export const generatedLogsources = fc.constantFrom(
  [{ product: 'windows', category: 'process_creation', service: 'sysmon' }],
  [{ product: 'windows' }],
  [{ product: 'linux' }, { product: 'windows', service: 'x' }],
);

/** The event as JSON; `hides`: with letters written as senders may who hide something. */
export function jsonOf(event: View, hides: boolean): string {
  const json = JSON.stringify(event);
  // None of them is in true, false, null or a number.
  return hides ? json.replaceAll(/[kopqw]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : json;
}
