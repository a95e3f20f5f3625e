import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf, parametersCell } from './notebooks.ts';

let server: JupyterServer;
let browser: Browser;
let lab: LabPage;

anewAfterFailure(async (own) => {
  server = await JupyterServer.create();
  own(() => server.dispose());
  await server.choose('@slipway/jupyterlab', { openRunDetail: false });
  await server.write('long.ipynb', notebookOf('print("begin")', 'import time\ntime.sleep(300)'));
  await server.write('picky.ipynb', notebookOf(parametersCell('factor = 1'), 'assert factor > 1, "too small"'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  lab = await LabPage.open(context, server, 'lab');
});
explainFailures(
  () => browser,
  () => server,
);

async function open(path: string): Promise<void> {
  await lab.openNotebook(path);
  await lab.showSidePanel();
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

it('a run is cancelled and deleted from the side panel, and opens no tab where the settings say so', async () => {
  await open('long.ipynb');
  await lab.runButton.click();
  await lab.statusItem.filter({ hasText: 'cell 2' }).waitFor({ timeout: 180_000 });
  expect(await lab.detail.count()).toBe(0);
  await lab.row('running').hover();
  await lab.row('running').getByLabel('Cancel').click();
  const cancelled = lab.row('cancelled');
  await cancelled.waitFor({ timeout: 120_000 });
  const folder = join(server.dataHome, 'slipway/runs', (await cancelled.getAttribute('data-run')) ?? '');
  expect(await isThere(folder)).toBe(true);

  await lab.rowMenu(cancelled, 'Open run');
  await lab.detail.getByText('Cancelled').first().waitFor();
  await lab.rowMenu(cancelled, 'Delete…');
  await lab.page.locator('.jp-Dialog').getByText('cannot be undone').waitFor();
  await lab.page.locator('.jp-Dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await isThere(folder)).toBe(true);
  await lab.rowMenu(cancelled, 'Delete…');
  await lab.screenshot('delete');
  await lab.page.locator('.jp-Dialog').getByRole('button', { name: 'Delete' }).click();
  await cancelled.waitFor({ state: 'detached', timeout: 120_000 });
  await lab.detail.getByText('This run was deleted.').waitFor();
  await expect.poll(() => isThere(folder)).toBe(false);
  expect(lab.errors).toEqual([]);
});

it('a run that failed is tried again, and passes with another parameter', async () => {
  await open('picky.ipynb');
  await lab.runButton.click();
  await lab.row('failed').waitFor({ timeout: 180_000 });
  const first = await lab.row('failed').getAttribute('data-run');
  await lab.row('failed').hover();
  await lab.row('failed').getByLabel('Retry from the step that failed').click();
  await expect.poll(() => lab.row('failed').count(), { timeout: 180_000 }).toBe(2);

  const retried = lab.sidePanel.locator(`.slipway-row[data-state="failed"]:not([data-run="${first ?? ''}"])`);
  // What prepared the run was kept.
  expect(await eventsOf((await retried.getAttribute('data-run')) ?? '')).not.toMatch(/stepStarted.*prepare/);
  await lab.rowMenu(retried, 'Edit and rerun…');
  const form = lab.page.locator('slipway-run-form');
  await form.getByLabel('factor').fill('2');
  await form.getByRole('button', { name: 'Run', exact: true }).click();
  await lab.row('passed').waitFor({ timeout: 180_000 });
  const passed = (await lab.row('passed').getAttribute('data-run')) ?? '';
  const executed = join(server.dataHome, 'slipway/runs', passed, 'output/picky_output.ipynb');
  expect(await readFile(executed, 'utf8')).toContain('factor = 2');
  await form.waitFor({ state: 'detached' });
  expect(await readdir(join(server.dataHome, 'slipway/runs'))).toHaveLength(3);
  expect(lab.errors).toEqual([]);
});

function eventsOf(run: string): Promise<string> {
  return readFile(join(server.dataHome, 'slipway/runs', run, 'events.jsonl'), 'utf8');
}
