import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { startProduct, type Product } from '../lab/product.ts';
import { until } from '../test/until.ts';
import { openBrowser, picture } from './browser.ts';

export const password = 'correct horse battery staple';
/** For what the machine must do first; a loaded one is slow. */
export const patient = { timeout: 45_000 };

export interface Console {
  product: Product;
  browser: BrowserContext;
  page: Page;
  /** Address without a slash at its end. */
  url: string;
  oneTimePassword: string;
  /** What no page may ever do: errors, dialogs of the browser, violations of the content security policy. */
  faults: readonly string[];
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

/** The product of its own in a temporary folder, and a browser before it. */
export async function openConsole(config: Record<string, unknown> = {}): Promise<Console> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-console-'));
  const port = await freePort();
  const product = await startProduct({ folder, config: { http: { port }, ...config } });
  try {
    return await openBefore(product, `http://127.0.0.1:${port}`);
  } catch (error) {
    await product.stop();
    throw error;
  }
}

async function openBefore(product: Product, url: string): Promise<Console> {
  // On the other stream than the word that it is ready: it may come later.
  const oneTimePassword = await until(() => /admin \/ (\S+)\n/.exec(product.output())?.[1], {
    what: 'the one-time password on the terminal',
  });
  const browser = await openBrowser();
  const faults: string[] = [];
  const page = browser.pages()[0] ?? (await browser.newPage());
  watch(page, faults);
  return {
    product,
    browser,
    page,
    url,
    oneTimePassword,
    faults,
    async close() {
      await browser.close();
      await product.stop();
      rmSync(product.folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function watch(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    const text = message.text();
    // A request that is refused or fails is told by the page itself; everything else on the console is a fault.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) faults.push(`console: ${text}`);
  });
}

/** First sign-in: one-time password, then a password of one's own. Leaves a picture when it fails. */
export async function signInFirst(shown: Console): Promise<void> {
  try {
    await signIn(shown);
  } catch (error) {
    await shown.page.screenshot({ path: picture('failed-sign-in') });
    throw error;
  }
}

async function signIn({ page, url, oneTimePassword }: Console): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Password').fill(oneTimePassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('New password, 12 characters or more').fill(password);
  await page.getByLabel('Once more').fill(password);
  await page.getByRole('button', { name: 'Save and go on' }).click();
  await page.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor(patient);
}

/** The first that can be seen: narrow and wide forms of a table's cells stand beside each other in the page. */
export function seen(locator: Locator): Locator {
  return locator.filter({ visible: true }).first();
}

/** How far the page can be pushed sideways, px. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
