import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { isAlive } from '../hosts/hostProcess.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { type Address, LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';
import { SilentProxy } from './silentProxy.ts';

const lines = 40;
const slow = `import time
for line in range(${lines}):
    print(f"line {line} of the log", flush=True)
    time.sleep(0.3)`;

let server: JupyterServer;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});
beforeEach(async () => {
  server = await JupyterServer.create();
  await server.write('slow.ipynb', notebookOf('print("begin")', slow, 'print("end")'));
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
});
afterEach(async () => {
  await context.close();
  await server.dispose();
});
explainFailures(
  () => browser,
  () => server,
);

async function corePid(): Promise<number | undefined> {
  const status: unknown = await (await server.fetch('slipway/status')).json();
  const core = typeof status === 'object' && status !== null && 'core' in status ? status.core : null;
  return typeof core === 'object' && core !== null && 'pid' in core && typeof core.pid === 'number'
    ? core.pid
    : undefined;
}

/** The log of the notebook step as the page saves it, by the button of the log view. */
async function savedLog(lab: LabPage): Promise<string> {
  await lab.showSidePanel();
  await lab.row('passed').hover();
  await lab.row('passed').getByLabel('Logs').click();
  const view = lab.page.locator('.slipway-panel > slipway-log-view');
  await view.getByText('Complete').waitFor({ timeout: 120_000 });
  const download = lab.page.waitForEvent('download');
  await view.getByRole('button', { name: 'Download' }).click();
  return readFile(await (await download).path(), 'utf8');
}

async function startSlowRun(at: Address = server): Promise<LabPage> {
  const lab = await LabPage.open(context, at, 'lab/tree/slow.ipynb');
  await lab.notebookReady();
  await lab.runButton.click();
  await lab.detail.getByText('line 5 of the log').first().waitFor({ timeout: 180_000 });
  return lab;
}

function expectWhole(log: string): void {
  const found = [...log.matchAll(/line (\d+) of the log/g)].map(([, number]) => Number(number));
  expect(found).toEqual(Array.from({ length: lines }, (_, index) => index));
}

describe('a run outlives', () => {
  it('its core: a new one finds it and its whole log', async () => {
    const lab = await startSlowRun();
    const first = await corePid();
    process.kill(first ?? 0, 'SIGKILL');
    await lab.showSidePanel();
    await lab.row('passed').waitFor({ timeout: 180_000 });
    expect(await corePid()).not.toBe(first);
    expectWhole(await savedLog(lab));
    expect(lab.errors).toEqual([]);
  });

  it('its Jupyter server: the next one shows it without being asked', async () => {
    await startSlowRun();
    const core = await corePid();
    await context.close();
    await server.end('SIGKILL');
    await expect.poll(() => isAlive(core ?? 0), { timeout: 60_000 }).toBe(false);
    await server.start();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const lab = await LabPage.open(context, server, 'lab');
    await lab.statusItem.filter({ hasText: /notebook|cell|Passed/ }).waitFor({ timeout: 120_000 });
    await lab.showSidePanel();
    await lab.row('passed').waitFor({ timeout: 180_000 });
    expectWhole(await savedLog(lab));
  });
});

it('a connection that stays open and carries nothing is made anew, and the run is followed to its end', async () => {
  const proxy = await SilentProxy.start(server.port);
  const url = server.url.replace(String(server.port), String(proxy.port));
  const lab = await startSlowRun({ url, token: server.token });
  proxy.silence();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 240_000 });
  expectWhole(await savedLog(lab));
  await context.close();
  await proxy.dispose();
});

it('eight tabs see the same run through one core, which leaves when they are closed', async () => {
  const lab = await startSlowRun();
  const tabs = await Promise.all(Array.from({ length: 7 }, () => LabPage.open(context, server, 'lab')));
  for (const tab of tabs) {
    await tab.showSidePanel();
    await tab.row('running').or(tab.row('passed')).waitFor({ timeout: 120_000 });
  }
  const core = await corePid();
  expect(core).toBeDefined();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  await Promise.all(tabs.map((tab) => tab.row('passed').waitFor({ timeout: 120_000 })));
  const runs = await readFile(join(server.home, 'jupyter/data/slipway/unfinished'), 'utf8');
  expect(runs).toBe('0');
  await context.close();
  await expect.poll(() => isAlive(core ?? 0), { timeout: 120_000 }).toBe(false);
});
