import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer, type JupyterOptions } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

let server: JupyterServer | undefined;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
});
afterEach(async () => {
  await context.close();
  await server?.dispose();
});
explainFailures(
  () => browser,
  () => server,
);

async function serve(options: JupyterOptions): Promise<JupyterServer> {
  server = await JupyterServer.create(options);
  await server.write('sub/analysis.ipynb', notebookOf('import time', 'print("as saved")', 'time.sleep(2)'));
  await server.write('sub/helper.txt', 'beside');
  await server.start();
  return server;
}

async function executedNotebook(home: string): Promise<string> {
  const runs = join(home, 'data/slipway/runs');
  const [run = ''] = await readdir(runs);
  return readFile(join(runs, run, 'output/analysis_output.ipynb'), 'utf8');
}

it('works under a base URL', async () => {
  const based = await serve({ baseUrl: '/user/alice@x/' });
  const lab = await LabPage.open(context, based, 'lab/tree/sub/analysis.ipynb');
  await lab.notebookReady();
  await lab.typeInto(1, 'print(open("helper.txt").read(), "as edited")');
  await lab.runButton.click();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  expect(await executedNotebook(based.home)).toContain('beside as edited');
  await lab.detail.locator('button.file').filter({ hasText: '.html' }).first().click();
  await lab.report.getByText('as edited').first().waitFor({ timeout: 120_000 });
});

it('works in Notebook 7', async () => {
  const notebook = await serve({ app: 'notebook' });
  const lab = await LabPage.open(context, notebook, 'notebooks/sub/analysis.ipynb');
  await lab.notebookReady();
  await lab.typeInto(1, 'print("as edited")');
  await lab.screenshot('notebook7-before');
  await lab.runButton.click();
  await lab.detail.getByText('Running').first().waitFor({ timeout: 120_000 });
  await lab.screenshot('notebook7-running');
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  await lab.screenshot('notebook7-passed');
  expect(await executedNotebook(notebook.home)).toContain('as edited');
});

it('runs a notebook that several people edit, as it is at this moment', async () => {
  const shared = await serve({ collaborative: true });
  const lab = await LabPage.open(context, shared, 'lab/tree/sub/analysis.ipynb');
  await lab.notebookReady();
  await lab.typeInto(1, 'print("typed a moment ago", open("helper.txt").read())');
  await lab.runButton.click();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  expect(await executedNotebook(shared.home)).toContain('typed a moment ago beside');
});
