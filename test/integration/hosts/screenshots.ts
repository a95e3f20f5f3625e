import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import type { RunnerTestCase } from 'vitest';

const folder = join(import.meta.dirname, '../../../.cache/screenshots');

/** Whether somebody wants to look: no test looks at a picture, and one takes a quarter of a second of a processor. */
const areWanted = process.env.SLIPWAY_TEST_SCREENSHOTS === 'true';

/** Keeps what a page shows as `.cache/screenshots/NAME.png` where SLIPWAY_TEST_SCREENSHOTS=true asks for pictures. */
export async function screenshot(
  page: Page,
  name: string,
  options: { readonly fullPage?: boolean } = {},
): Promise<void> {
  if (areWanted) await keep(page, name, options);
}

/** Keeps what pages show when a test is over, always where it has failed: `NAME-0.png` is of the first page. */
export async function lastScreenshots(task: RunnerTestCase, pages: readonly Page[], name: string): Promise<void> {
  if (!areWanted && task.result?.state !== 'fail') return;
  for (const [index, page] of pages.entries()) {
    // Of a page that hangs there is no picture, and why the test failed is told all the same.
    await keep(page, `${name}-${index}`, { timeout: 10_000 }).catch(() => undefined);
  }
}

async function keep(
  page: Page,
  name: string,
  options: { readonly fullPage?: boolean; readonly timeout?: number },
): Promise<void> {
  const path = join(folder, `${name}.png`);
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ ...options, path });
}
