import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  // Without a GPU a spinner that turns fills a processor.
  '--force-prefers-reduced-motion',
];

/** The browser that `npm test` found or installed. @param more arguments of Chromium */
export async function launchBrowser(...more: readonly string[]): Promise<Browser> {
  const executablePath = process.env.SLIPWAY_TEST_BROWSER ?? '';
  if (executablePath === '') throw new Error('SLIPWAY_TEST_BROWSER is not set: run the tests through npm test');
  const browser = await chromium.launch({ executablePath, args: [...args, ...more] });
  const newContext = browser.newContext.bind(browser);
  // Playwright asks each page for motion again where it is not told otherwise.
  return Object.assign(browser, {
    newContext: (options?: BrowserContextOptions) => newContext({ reducedMotion: 'reduce', ...options }),
  });
}
