import type { Costs } from './costs.ts';
import { isBeyondLatin1 } from '../scan/word-table.ts';

/**
 * What is guessed when nothing is known of the events. Texts that stand in ordinary values are found often; the longer of two
 * others is the rarer.
 */
export const staticCosts: Costs = {
  chanceOf(anchor) {
    if (anchor.kind === 'present') return 1;
    if (anchor.kind === 'number') return 0.02;
    const { text, kind } = anchor;
    const isOrdinary = kind === 'equals' ? ordinary.has(text) : ordinaryTexts.some((one) => one.includes(text));
    if (isOrdinary) return 0.3;
    if (isBeyondLatin1(text)) return 0.000_1;
    return kind === 'equals' ? 0.002 : 0.5 ** Math.min(10, text.length);
  },
  lengthOf: (field) => (field === undefined ? 1_500 : (long.get(field) ?? 60)),
  valuesOf: (field) => (field === undefined ? 15 : 1),
  textsOf: (field) => (field === undefined ? ordinaryEvents : ordinaryTexts),
};

/** Characters of fields that mostly have more than a path has. */
const long = new Map([
  ['CommandLine', 150],
  ['ParentCommandLine', 150],
  ['CallTrace', 600],
  ['ScriptBlockText', 2_000],
  ['Payload', 1_000],
  ['ContextInfo', 600],
  ['Message', 1_000],
  ['Data', 600],
]);

const ordinary = new Set(['', '-', '0', '1', 'true', 'false', 'system', 'success', 'information', 'nt authority']);
const ordinaryTexts = [
  String.raw`c:\windows\system32\svchost.exe`,
  String.raw`c:\windows\system32\cmd.exe /c "`,
  String.raw`c:\windows\system32\windowspowershell\v1.0\powershell.exe -`,
  String.raw`c:\windows\syswow64\ntdll.dll|c:\windows\system32\kernel32.dll|c:\windows\system32\kernelbase.dll`,
  String.raw`c:\program files\microsoft office\ c:\program files (x86)\google\chrome\application\chrome.exe`,
  String.raw`c:\users\administrator\appdata\local\temp\ c:\programdata\microsoft\windows\start menu\ `,
  String.raw`hklm\system\currentcontrolset\services\ hklm\software\microsoft\windows\currentversion\ `,
  String.raw`hku\s-1-5-21-\software\classes\ c:\windows\explorer.exe c:\windows\system32\lsass.exe`,
  'microsoft corporation microsoft® windows® operating system nt authority\\system local service network service',
  'https://www.microsoft.com/ http://127.0.0.1:8080/index.html mozilla/5.0 (windows nt 10.0; win64; x64)',
];
const ordinaryEvents = [
  ...ordinaryTexts,
  '{"eventtime":"2026-01-01 00:00:00.000","@timestamp":"2026-01-01t00:00:00.000z","hostname":"',
  '"eventid":1,"channel":"microsoft-windows-sysmon/operational","channel":"security","providername":"microsoft-windows-',
  '"message":"process create:\\r\\nrulename: -\\r\\nutctime: ","keywords":-9223372036854775808,"severity":"info"',
];
