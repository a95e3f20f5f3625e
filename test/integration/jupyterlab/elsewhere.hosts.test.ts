import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer, type JupyterOptions } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

/** Under a base URL, for several people. */
let server: JupyterServer;
/** Of a test that has a server of its own. */
let apart: JupyterServer | undefined;
let browser: Browser;
let lab: LabPage;

anewAfterFailure(async (own) => {
  server = await serverWith({ baseUrl: '/user/alice@x/', collaborative: true });
  own(() => server.dispose());
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  lab = await open(server, 'lab');
});
afterEach(async () => {
  await apart?.dispose();
  apart = undefined;
});
explainFailures(
  () => browser,
  () => apart ?? server,
);

async function serverWith(options: JupyterOptions): Promise<JupyterServer> {
  const made = await JupyterServer.create(options);
  for (const name of ['analysis', 'shared'])
    await made.write(`sub/${name}.ipynb`, notebookOf('import time', 'print("as saved")', 'time.sleep(2)'));
  await made.write('sub/helper.txt', 'beside');
  return made;
}

async function open(at: JupyterServer, path: string): Promise<LabPage> {
  return LabPage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), at, path);
}

/** What the only run of a notebook left of it. */
async function executedNotebook(home: string, name: string): Promise<string> {
  const runs = join(home, 'data/slipway/runs');
  const run = (await readdir(runs)).find((each) => each.startsWith(name)) ?? '';
  return readFile(join(runs, run, `output/${name}_output.ipynb`), 'utf8');
}

it('works under a base URL', async () => {
  await lab.openNotebook('sub/analysis.ipynb');
  await lab.typeInto(1, 'print(open("helper.txt").read(), "as edited")');
  await lab.runButton.click();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  expect(await executedNotebook(server.home, 'analysis')).toContain('beside as edited');
  await lab.detail.locator('button.file').filter({ hasText: '.html' }).first().click();
  await lab.report.getByText('as edited').first().waitFor({ timeout: 120_000 });
});

it('runs a notebook that several people edit, as it is at this moment', async () => {
  await lab.openNotebook('sub/shared.ipynb');
  await lab.typeInto(1, 'print("typed a moment ago", open("helper.txt").read())');
  await lab.runButton.click();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  expect(await executedNotebook(server.home, 'shared')).toContain('typed a moment ago beside');
});

it('works in Notebook 7', async () => {
  apart = await serverWith({ app: 'notebook' });
  await apart.start();
  const notebook = await open(apart, 'notebooks/sub/analysis.ipynb');
  await notebook.notebookReady();
  await notebook.typeInto(1, 'print("as edited")');
  await notebook.screenshot('notebook7-before');
  await notebook.runButton.click();
  await notebook.detail.getByText('Running').first().waitFor({ timeout: 120_000 });
  await notebook.screenshot('notebook7-running');
  await notebook.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  await notebook.screenshot('notebook7-passed');
  expect(await executedNotebook(apart.home, 'analysis')).toContain('as edited');
  await notebook.page.context().close();
});
