import { readdir } from 'node:fs/promises';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { coresOf } from './processes.ts';

let server: CodeServer;
let browser: Browser;
let context: BrowserContext;
let code: CodePage;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({
    vsix: prepared('SLIPWAY_TEST_VSIX'),
    settings: { 'workbench.colorTheme': 'Default Dark Modern' },
  });
  own(() => server.dispose());
  await server.write('good.ipynb', notebookOf('import time', 'time.sleep(6)', 'print(1)'));
  await server.write('bad.ipynb', notebookOf('counts = {}', 'a = 1\ncounts["missing"]'));
  await server.write('helper.py', 'def double(x):\n    return 2 * x\n\n\ndef unused():\n    return 0\n');
  await server.write(
    'tests/test_double.py',
    'from helper import double\n\n\ndef test_double():\n    assert double(2) == 4\n',
  );
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  code = await CodePage.open(context, server);
});
afterEach(async () => {
  await code.screenshot('results-last');
  await context.close();
});

it('loses nothing when the core dies in mid-run, and opens the executed notebook', async () => {
  await code.openNotebook('good.ipynb');
  await code.runButton.click();
  await code.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 240_000 });
  await code.showRuns();
  const [first] = coresOf(server.home);
  if (first === undefined) throw new Error('There is no core.');
  process.kill(first, 'SIGKILL');
  await code.row(/good\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
  expect(coresOf(server.home)).toHaveLength(1);
  expect(coresOf(server.home)).not.toContain(first);
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('Passed').first().waitFor();
  await code.screenshot('passed-dark');

  await code.rowAction(/good\.ipynb/, 'Open executed notebook');
  await code.page.locator('.tab.active').filter({ hasText: 'good_output.ipynb' }).waitFor();
  await code.page.locator('.notebook-editor .code-cell-row').first().waitFor();
  await code.screenshot('executed-notebook');
});

it('opens the cell that failed in the notebook and marks its line', async () => {
  await code.openNotebook('bad.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/bad\.ipynb.*Failed/).waitFor({ timeout: 240_000 });
  await code.screenshot('failed-dark');
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'bad.ipynb: Failed' });
  await toast.getByRole('button', { name: 'Open failing cell' }).click();
  await code.page.locator('.tab.active').filter({ hasText: 'bad.ipynb' }).waitFor();
  await code.page.locator('.notebook-editor [data-index="1"] .squiggly-error').first().waitFor();
  await code.screenshot('failed-cell');
  expect(await readdir(server.runs)).not.toHaveLength(0);
});
