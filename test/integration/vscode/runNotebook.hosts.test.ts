import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CodeServer, prepared } from './codeServer.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage, launchBrowser } from './codePage.ts';

let server: CodeServer;
let browser: Browser;

beforeAll(async () => {
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX') });
  await server.write('analysis.ipynb', notebookOf('import time', 'print("as saved")', 'time.sleep(4)', 'print("end")'));
  await Promise.all([server.start(), launchBrowser().then((launched) => (browser = launched))]);
});
afterAll(async () => {
  await browser.close();
  await server.dispose();
});

it('runs what the editor shows, unsaved, tells how far it is and how it ended', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const code = await CodePage.open(context, server);
  await code.openNotebook('analysis.ipynb');
  await code.screenshot('before');
  await code.typeInto(1, 'print("as edited")');
  await code.runButton.click();
  await code.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 90_000 });
  await code.showRuns();
  await code.row(/analysis\.ipynb.*Running/).waitFor({ timeout: 30_000 });
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('Running').first().waitFor();
  await code.screenshot('running');
  await code.row(/analysis\.ipynb.*Passed/).waitFor({ timeout: 120_000 });
  await detail.getByText('Passed').first().waitFor();
  await code.page.locator('.notification-toast').filter({ hasText: 'analysis.ipynb: Passed' }).waitFor();
  await code.screenshot('passed');

  const [run = ''] = await readdir(server.runs);
  const executed = await readFile(join(server.runs, run, 'output/analysis_output.ipynb'), 'utf8');
  expect(executed).toContain('as edited');
  expect(executed).not.toContain('as saved');
  expect(await readFile(join(server.folder, 'analysis.ipynb'), 'utf8')).toContain('as saved');
  expect(code.violations).toEqual([]);
  await context.close();
});
