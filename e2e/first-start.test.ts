import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserMissing, picture } from './browser.ts';
import { openConsole, password, patient, seen, type Console } from './console.ts';

/** What a newcomer does in the first minute, in order; each step begins where the one before ended. */
describe.skipIf(browserMissing)('the first start', () => {
  let shown: Console;
  beforeAll(async () => {
    shown = await openConsole({ demonstration: 'auto' });
  });
  afterAll(() => shown?.close());
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      await shown.page.screenshot({ path: picture('failed-first-start') });
    });
  });

  it('asks for the one-time password, says so when it is wrong, and has it changed', async () => {
    const { page, url, oneTimePassword } = shown;
    await page.goto(url);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent(), patient).toMatch(/password/i);
    await page.screenshot({ path: picture('sign-in-refused') });
    await page.getByLabel('Password').fill(oneTimePassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Choose your password' }).waitFor(patient);
    await page.getByLabel('New password, 12 characters or more').fill(password);
    await page.getByLabel('Once more').fill(`${password}!`);
    expect(await page.getByRole('button', { name: 'Save and go on' }).isDisabled()).toBe(true);
    await page.getByLabel('Once more').fill(password);
    await page.getByRole('button', { name: 'Save and go on' }).click();
    await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor(patient);
  });

  it('shows the demonstration contained, verified and counting down, without a reload', async () => {
    const { page } = shown;
    await page.evaluate("document.body.dataset.first = 'yes'");
    const row = page.getByRole('row', { name: /brute force from 203\.0\.113\.66/ });
    await row.waitFor(patient);
    const { enforcement } = shown.product.json<{ enforcement: string }>('demo', 'show');
    const words = enforcement === 'nftables' ? 'Denied and verified' : /cannot be (verified|read back)/;
    await seen(row.getByText(words)).waitFor(patient);
    const left = () => seen(row.getByText(/left$/)).textContent();
    const before = await left();
    expect(before).toMatch(/min/);
    await expect.poll(left, patient).not.toBe(before);
    expect(await page.evaluate('document.body.dataset.first')).toBe('yes');
    await page.screenshot({ path: picture('first-screen') });
  });

  it('tells the story of the incident at first sight', async () => {
    const { page } = shown;
    await page
      .getByRole('row', { name: /brute force/ })
      .getByRole('link')
      .click();
    await page.getByRole('heading', { level: 1, name: /brute force from 203\.0\.113\.66/ }).waitFor(patient);
    const done = page.getByRole('region', { name: 'What was done about it' });
    await done.getByRole('button', { name: 'Release 203.0.113.66' }).first().waitFor(patient);
    const box = await done.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(900);
    await page.getByRole('region', { name: 'Timeline' }).getByText('containment ordered').first().waitFor(patient);
    await page
      .getByText(/Failed password for/)
      .first()
      .waitFor(patient);
    await page.screenshot({ path: picture('incident'), fullPage: true });
  });

  it('releases only after a dialog that names the target, and shows it live', async () => {
    const { page } = shown;
    const done = page.getByRole('region', { name: 'What was done about it' });
    const release = done.getByRole('button', { name: 'Release 203.0.113.66' }).first();
    await release.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Release 203.0.113.66' });
    await dialog.waitFor(patient);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached', ...patient });
    await expect.poll(() => release.evaluate((button) => button.matches(':focus')), patient).toBe(true);
    await page.keyboard.press('Enter');
    await page.screenshot({ path: picture('release') });
    await dialog.getByLabel('Reason').fill('Seen enough of it.');
    await dialog.getByRole('button', { name: 'Release' }).click();
    await done.getByText('Released', { exact: true }).first().waitFor(patient);
    await done.getByText('Seen enough of it.').first().waitFor(patient);
    expect(await page.evaluate('document.body.dataset.first')).toBe('yes');
  });

  it('removes the demonstration with one click', async () => {
    const { page } = shown;
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Incidents' }).click();
    await page.getByRole('button', { name: 'Remove the demonstration' }).click();
    await page.getByText('Nothing is open.').waitFor(patient);
    await page
      .getByRole('region', { name: 'Your first real source' })
      .getByText(/source add file/)
      .waitFor(patient);
    await page.screenshot({ path: picture('no-demonstration') });
  });

  it('signs out, and nothing is left to see', async () => {
    const { page } = shown;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Firebreak' }).waitFor(patient);
    expect(await page.getByText('203.0.113.66').count()).toBe(0);
    expect(await page.evaluate("fetch('/v1/incidents').then((answer) => answer.status)")).toBe(401);
  });

  it('has done nothing that the policy forbids', () => {
    expect(shown.faults).toEqual([]);
  });
});
