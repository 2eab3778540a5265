import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserMissing, picture } from './browser.ts';
import { openConsole, patient, seen, sidewaysScroll, signInFirst, type Console } from './console.ts';
import { poorContrasts } from './contrast.ts';

const pages = ['/incidents?show=open', '/containments?scope=all', '/sources', '/rules', '/system'];

/** What an attacker would write into every field that he reaches. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img/src=x/onerror=alert(2)>',
  'javascript:alert(3)',
  '\u001b]0;owned\u0007\u001b[2J',
  '\u202egnp.exe\u202c',
  '{{constructor.constructor("alert(4)")()}}',
  `${'A'.repeat(300)}`,
  'root',
  'admin',
];

describe.skipIf(browserMissing)('the console', () => {
  let shown: Console;
  let log: string;
  let incidentPath = '';

  const guess = (address: string) => {
    const at = new Date().toISOString();
    const lines = hostile.map(
      (name, index) =>
        `${at} web1 sshd[${1_000 + index}]: Failed password for invalid user ${name} from ${address} port ${40_000 + index} ssh2\n`,
    );
    appendFileSync(log, lines.join(''));
  };

  beforeAll(async () => {
    shown = await openConsole();
    log = join(shown.product.folder, '<img src=x onerror=alert(5)>.log');
    writeFileSync(log, '');
    await signInFirst(shown);
  });
  afterAll(() => shown?.close());
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await shown.page.screenshot({ path: picture('failed-console') });
    });
  });

  it('shows hostile log text as text, in every place', async () => {
    const { page } = shown;
    await page.getByText('Nothing is open.').waitFor(patient);
    await page.screenshot({ path: picture('empty') });
    shown.product.json('source', 'add', 'file', log, '--name', '<script>alert(6)</script>');
    guess('198.51.100.23');
    const row = page.getByRole('row', { name: /198\.51\.100\.23/ });
    await seen(row.getByText('Would have been denied')).waitFor(patient);
    await row.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /198\.51\.100\.23/ }).waitFor(patient);
    incidentPath = new URL(page.url()).pathname;
    await page.getByRole('button', { name: 'Add a note' }).click();
    await page.getByRole('dialog').getByLabel('Text').fill(hostile.slice(0, 6).join(' '));
    await page.getByRole('dialog').getByRole('button', { name: 'Add a note' }).click();
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('<script>alert(1)</script>').first().waitFor(patient);
    await page.getByText('\\u{202e}gnp.exe').first().waitFor(patient);
    await page.getByText('\\u{1b}]0;owned').first().waitFor(patient);
    await page.screenshot({ path: picture('hostile-incident'), fullPage: true });
    await page.goto(`${shown.url}/sources`);
    await page.getByText('<script>alert(6)</script>').first().waitFor(patient);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(shown.faults).toEqual([]);
  });

  it('keeps its place while somebody reads, and counts what is new', async () => {
    const { page } = shown;
    await page.goto(`${shown.url}/incidents?show=open`);
    const first = page.getByRole('row', { name: /198\.51\.100\.23/ });
    await first.hover(patient);
    const before = await first.boundingBox();
    guess('198.51.100.24');
    await page.getByRole('button', { name: '1 new: show' }).waitFor(patient);
    expect(await page.getByRole('row', { name: /198\.51\.100\.24/ }).count()).toBe(0);
    expect((await first.boundingBox())?.height).toBe(before?.height);
    await page.getByRole('button', { name: '1 new: show' }).click();
    await page.getByRole('row', { name: /198\.51\.100\.24/ }).waitFor(patient);
  });

  it('is walked by keyboard, and no single key acts', async () => {
    const { page } = shown;
    await page.mouse.move(0, 0);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Containments', level: 1 }).waitFor(patient);
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor(patient);
    await page.locator('[data-row]').first().waitFor(patient);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const focused = page.locator('[data-row]:focus');
    expect(await focused.textContent()).toBe(await page.locator('[data-row]').nth(1).textContent());
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'What happened' }).waitFor(patient);
    const edits: string[] = [];
    page.on('request', (request) => request.method() !== 'GET' && edits.push(request.url()));
    for (const key of 'abcdefhijklmnopqrstuvwxyzABCDEFXYZ0123456789'.split('')) await page.keyboard.press(key);
    expect(edits).toEqual([]);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor(patient);
    await page.keyboard.press('Escape');
    const isPaused = (await page.getByRole('button', { name: /now paused/ }).count()) > 0;
    await page.keyboard.press('l');
    await page.getByRole('button', { name: isPaused ? /now (live|connecting)/ : /now paused/ }).waitFor(patient);
    if (!isPaused) await page.keyboard.press('l');
    await page.getByRole('button', { name: /now live/ }).waitFor(patient);
  });

  it.each(['dark', 'light'] as const)('has enough contrast everywhere when it is %s', async (colorScheme) => {
    const { page } = shown;
    await page.emulateMedia({ colorScheme });
    for (const path of [...pages, incidentPath]) {
      await page.goto(shown.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor(patient);
      await expect.poll(() => page.getByText('Loading …').count(), patient).toBe(0);
      expect(await poorContrasts(page), path).toEqual([]);
      await page.screenshot({ path: picture(`${colorScheme}${path.replaceAll(/[^a-z]+/g, '-').slice(0, 20)}`) });
    }
  });

  it('fits a narrow screen without sideways scrolling', async () => {
    const { page } = shown;
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [...pages, incidentPath]) {
      await page.goto(shown.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor(patient);
      await expect.poll(() => page.getByText('Loading …').count(), patient).toBe(0);
      expect(await sidewaysScroll(page), path).toBeLessThanOrEqual(0);
      await page.screenshot({
        path: picture(`narrow${path.replaceAll(/[^a-z]+/g, '-').slice(0, 20)}`),
        fullPage: true,
      });
    }
    await page.setViewportSize({ width: 1_360, height: 900 });
  });

  it('lists the rules that make findings, a hundred at a time, and all of them when asked', async () => {
    const { page } = shown;
    await page.goto(`${shown.url}/rules`);
    const rows = page.locator('tbody tr');
    await rows.first().waitFor(patient);
    expect(await rows.count()).toBe(100);
    expect(await page.getByText('only counted by others').count()).toBe(0);
    await page.getByRole('button', { name: /^Show \d+ more$/ }).click();
    await expect.poll(() => rows.count(), patient).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await seen(page.getByText('only counted by others')).waitFor(patient);
    expect(new URL(page.url()).searchParams.get('show')).toBe('all');
    await page.getByRole('button', { name: 'Armed', exact: true }).click();
    await page.getByRole('searchbox').fill('no such rule');
    await page.getByText('No rule is called so.').waitFor(patient);
  });

  it('says on every page that response is stopped', async () => {
    const { page } = shown;
    await page.goto(`${shown.url}/system`);
    await page.getByRole('button', { name: 'Stop all response' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('A drill');
    await page.getByRole('dialog').getByRole('button', { name: 'Stop all response' }).click();
    await page.getByText('Response is stopped.').waitFor(patient);
    await page.keyboard.press('Escape');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Rules' }).click();
    await page.getByText('Reason: A drill').waitFor(patient);
    await page.screenshot({ path: picture('stopped') });
    await page.getByRole('link', { name: 'Resume on the system page' }).click();
    await page.getByRole('button', { name: 'Resume response' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume response' }).click();
    await page.getByText('Response is stopped.').waitFor({ state: 'detached', ...patient });
  });

  it('shows what a guardrail refused, and why', async () => {
    const { page } = shown;
    await page.goto(`${shown.url}/containments?scope=live`);
    await page.getByRole('button', { name: 'Deny an address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deny an address' });
    await dialog.getByLabel('Address or range').fill('127.0.0.1');
    await dialog.getByLabel('Reason').fill('A slip of the hand');
    await dialog.getByRole('button', { name: 'Deny an address' }).click();
    await dialog.getByRole('alert').getByText('protected set').waitFor(patient);
    await page.screenshot({ path: picture('refused') });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('says so when the server is gone, keeps what it knows, and recovers by itself', async () => {
    const { page, product } = shown;
    await page.goto(shown.url + incidentPath);
    await page.getByRole('button', { name: /now live/ }).waitFor(patient);
    await product.killAll();
    await page.getByText('Firebreak does not answer.').waitFor(patient);
    await page.getByRole('heading', { level: 1, name: /198\.51\.100/ }).waitFor(patient);
    await page.screenshot({ path: picture('away') });
    await product.start();
    await page.getByRole('button', { name: /now live/ }).waitFor(patient);
    await page.getByText('Firebreak does not answer.').waitFor({ state: 'detached', ...patient });
  }, 120_000);

  it('has done nothing that the policy forbids', () => {
    expect(shown.faults).toEqual([]);
  });
});
