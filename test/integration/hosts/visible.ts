import type { Locator } from 'playwright-core';

/**
 * Whether something is visible in its frame.
 * Playwright itself waits without a limit for a frame that is being led elsewhere and cannot answer; two seconds are enough here.
 */
export async function isVisible(locator: Locator): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), 2000);
  });
  // A frame may also go while it is looked at.
  const seen = locator.isVisible().catch(() => false);
  return Promise.race([seen, silence]).finally(() => clearTimeout(timer));
}
