import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

let server: JupyterServer;
let browser: Browser;

anewAfterFailure(async (own) => {
  server = await JupyterServer.create();
  own(() => server.dispose());
  await server.write('analysis.ipynb', notebookOf('import time', 'print("as saved")', 'time.sleep(3)', 'print("end")'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
});
explainFailures(
  () => browser,
  () => server,
);

it('runs what is on the screen, unsaved, shows it live and says how it ended', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const lab = await LabPage.open(context, server, 'lab/tree/analysis.ipynb');
  await lab.notebookReady();
  await lab.showSidePanel();
  await lab.screenshot('before');
  await lab.typeInto(1, 'print("as edited")');
  await lab.runButton.click();
  await lab.row('running').waitFor({ timeout: 120_000 });
  await lab.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 120_000 });
  await lab.screenshot('running');
  await lab.row('passed').waitFor({ timeout: 180_000 });
  await lab.page.locator('.Toastify__toast').filter({ hasText: 'Passed' }).waitFor();
  await lab.screenshot('passed');

  const [run = ''] = await readdir(join(server.home, 'data/slipway/runs'));
  const folder = join(server.home, 'data/slipway/runs', run);
  expect(await readFile(join(folder, 'output/analysis_output.ipynb'), 'utf8')).toContain('as edited');
  expect(await readFile(join(folder, 'run.json'), 'utf8')).not.toContain(server.token);
  expect(await readFile(join(server.folder, 'analysis.ipynb'), 'utf8')).toContain('as saved');
  expect(lab.errors).toEqual([]);
  await context.close();
});
