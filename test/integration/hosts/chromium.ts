import { chromium, type Browser, type BrowserContextOptions } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  // Editors fill a heap at once: looking for garbage in it meanwhile takes a tenth of what their pages cost. A page lives for some seconds, too
  // few for V8 to find out what is worth compiling.
  '--js-flags=--initial-old-space-size=512 --min-semi-space-size=64 --max-semi-space-size=64 --always-sparkplug',
];

/**
 * Spinners and cursors of VS Code and JupyterLab turn and blink for those who want little motion, too; without a GPU each turn is
 * drawn by a processor.
 */
const restSpinners = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(\`
    .codicon-modifier-spin, .codicon-loading, .progress-bit, .jp-SpinnerContent, .Toastify__spinner, #jupyterlab-splash *,
    .cm-cursorLayer { animation: none !important }\`);
  document.adoptedStyleSheets.push(sheet);
}`;

/** The browser that `npm test` found or installed. @param more arguments of Chromium */
export async function launchBrowser(...more: readonly string[]): Promise<Browser> {
  const executablePath = process.env.SLIPWAY_TEST_BROWSER ?? '';
  if (executablePath === '') throw new Error('SLIPWAY_TEST_BROWSER is not set: run the tests through npm test');
  const browser = await chromium.launch({ executablePath, args: [...args, ...more] });
  const newContext = browser.newContext.bind(browser);
  // Without a GPU a spinner that turns fills a processor. Playwright overrides what the command line says of motion.
  return Object.assign(browser, {
    newContext: async (options?: BrowserContextOptions) => {
      const context = await newContext({ reducedMotion: 'reduce', ...options });
      await context.addInitScript(restSpinners);
      return context;
    },
  });
}
