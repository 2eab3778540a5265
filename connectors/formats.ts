import type { Format } from '../src/connector/index.ts';
import { json } from './json/format.ts';
import { sshd } from './sshd/format.ts';
import { suricataEve } from './suricata/format.ts';
import { webAccess } from './web-access/format.ts';
import { windowsEvent } from './windows/format.ts';

/** Every format, by name. The generic one comes last: it recognises any JSON. */
export const allFormats: ReadonlyMap<string, Format> = new Map(
  [sshd, webAccess, suricataEve, windowsEvent, json].map((format) => [format.name, format]),
);
