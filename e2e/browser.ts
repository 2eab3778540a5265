import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Says why the browser tests cannot run here; undefined when they can. */
export const browserMissing = executablePath
  ? undefined
  : 'SKIPPED: no Chromium on this machine (apt-get install chromium).';

if (browserMissing !== undefined) {
  if (process.env['CI'] === 'true') throw new Error(`In CI the browser tests must run. ${browserMissing}`);
  console.warn(browserMissing);
}

/** Chromium with a profile of its own that talks to nobody but the page. */
export async function openBrowser(
  options: { colorScheme?: 'dark' | 'light'; width?: number } = {},
): Promise<BrowserContext> {
  if (!executablePath) throw new Error(browserMissing);
  const profile = mkdtempSync(join(tmpdir(), 'firebreak-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    colorScheme: options.colorScheme ?? 'dark',
    viewport: { width: options.width ?? 1360, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.on('close', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  return context;
}

/** Where a test leaves its pictures, for people to look at. */
export function picture(name: string): string {
  const folder = resolve(import.meta.dirname, '../data/e2e');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.png`);
}
