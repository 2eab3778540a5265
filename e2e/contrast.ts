import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';

const script = readFileSync(resolve(import.meta.dirname, 'poor-contrasts.js'), 'utf8');

/** Text of the page that does not reach the contrast of WCAG 2.2 AA (1.4.3: 4.5:1, large text 3:1), each with its ratio. */
export function poorContrasts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(script);
}
