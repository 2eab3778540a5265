import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { json } from '../connectors/json/format.ts';
import { sshd } from '../connectors/sshd/format.ts';
import { suricataEve } from '../connectors/suricata/format.ts';
import { webAccess } from '../connectors/web-access/format.ts';
import { windowsEvent } from '../connectors/windows/format.ts';
import { testRules } from '../src/detect/index.ts';

const formats = new Map([sshd, suricataEve, webAccess, windowsEvent, json].map((format) => [format.name, format]));
const report = await testRules([resolve(import.meta.dirname, '../content/rules')], formats);

test('every starter rule loads without a problem and has a fixture', () => {
  expect(report.problems).toEqual([]);
  expect(report.without_fixture).toEqual([]);
  expect(report.cases.length).toBeGreaterThan(30);
});

test.each(report.cases)('$file: $name', ({ failures }) => {
  expect(failures).toEqual([]);
});
