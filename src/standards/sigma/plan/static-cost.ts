import type { Anchor } from './anchors.ts';

/**
 * How dear an anchor is when nothing is known of the events: the chance that it is found for nothing, and the price of looking.
 * Texts that stand in ordinary values are found often; the longer of two others is the rarer.
 */
export function staticCost(anchor: Anchor): number {
  if (anchor.kind === 'present') return anchor.field === undefined ? 10 : 1;
  if (anchor.kind === 'number') return 0.02;
  const { text, kind } = anchor;
  const isOrdinary = kind === 'equals' ? ordinary.has(text) : ordinaryTexts.some((one) => one.includes(text));
  const chance = isOrdinary ? 0.3 : kind === 'equals' ? 0.002 : 0.5 ** Math.min(10, text.length);
  return chance + lookingCost(anchor);
}

/** The price of looking for it alone, whether it is found or not. */
export function lookingCost(anchor: Anchor): number {
  if (!('text' in anchor)) return 0;
  return priceOf(anchor.kind, anchor.text.length) + (anchor.field === undefined ? 0.5 : 0);
}

/** A text that stands anywhere is sought in the whole value; one of few letters with every letter. */
function priceOf(kind: 'equals' | 'starts' | 'ends' | 'contains', length: number): number {
  if (kind !== 'contains') return 0.0005;
  if (length < 4) return 0.2;
  return length < 7 ? 0.02 : 0.002;
}

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
