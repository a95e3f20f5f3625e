import { chromium, type Browser } from 'playwright-core';

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
  return chromium.launch({ executablePath, args: [...args, ...more] });
}
