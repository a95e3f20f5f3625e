import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { isAlive } from '../hosts/hostProcess.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
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
/** The page that tests share, each with a notebook of its own. */
let lab: LabPage;
/** Before the server, for the test that loses connections. */
let proxy: SilentProxy | undefined;

anewAfterFailure(async (own) => {
  server = await JupyterServer.create();
  own(() => server.dispose());
  for (const name of ['core', 'server', 'silent', 'tabs'])
    await server.write(`${name}.ipynb`, notebookOf('print("begin")', slow, 'print("end")'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  await sitDown();
});
afterEach(async () => {
  await proxy?.dispose();
  proxy = undefined;
});
explainFailures(
  () => browser,
  () => server,
);

/** Opens the page that the tests share from here on. */
async function sitDown(): Promise<void> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  lab = await LabPage.open(context, server, 'lab');
}

async function corePid(): Promise<number | undefined> {
  const status: unknown = await (await server.fetch('slipway/status')).json();
  const core = typeof status === 'object' && status !== null && 'core' in status ? status.core : null;
  return typeof core === 'object' && core !== null && 'pid' in core && typeof core.pid === 'number'
    ? core.pid
    : undefined;
}

/** The row of the run of a notebook. */
function row(name: string, state: string, at = lab): Locator {
  return at.row(state).filter({ hasText: `${name}.ipynb` });
}

/** The log of a run's notebook step as the page saves it, by the button of the log view. */
async function savedLog(name: string, at = lab): Promise<string> {
  await at.showSidePanel();
  await row(name, 'passed', at).hover();
  await row(name, 'passed', at).getByLabel('Logs').click();
  const view = at.page.locator('.slipway-panel > slipway-log-view >> visible=true');
  await view.getByText('Complete').waitFor({ timeout: 120_000 });
  const download = at.page.waitForEvent('download');
  await view.getByRole('button', { name: 'Download' }).click();
  return readFile(await (await download).path(), 'utf8');
}

async function startSlowRun(name: string, at = lab): Promise<void> {
  await at.openNotebook(`${name}.ipynb`);
  await at.runButton.click();
  await at.detail.getByText('line 5 of the log').first().waitFor({ timeout: 180_000 });
}

function expectWhole(log: string): void {
  const found = [...log.matchAll(/line (\d+) of the log/g)].map(([, number]) => Number(number));
  expect(found).toEqual(Array.from({ length: lines }, (_, index) => index));
}

describe('a run outlives', () => {
  it('its core: a new one finds it and its whole log', async () => {
    await startSlowRun('core');
    const first = await corePid();
    process.kill(first ?? 0, 'SIGKILL');
    await lab.showSidePanel();
    await row('core', 'passed').waitFor({ timeout: 180_000 });
    expect(await corePid()).not.toBe(first);
    expectWhole(await savedLog('core'));
    expect(lab.errors).toEqual([]);
  });

  it('its Jupyter server: the next one shows it without being asked', async () => {
    await startSlowRun('server');
    const core = await corePid();
    await context.close();
    await server.end('SIGKILL');
    await expect.poll(() => isAlive(core ?? 0), { timeout: 60_000 }).toBe(false);
    await server.start();
    await sitDown();
    await lab.statusItem.filter({ hasText: /notebook|cell|Passed/ }).waitFor({ timeout: 120_000 });
    await lab.showSidePanel();
    await row('server', 'passed').waitFor({ timeout: 180_000 });
    expectWhole(await savedLog('server'));
  });
});

it('a connection that stays open and carries nothing is made anew, and the run is followed to its end', async () => {
  proxy = await SilentProxy.start(server.port);
  const url = server.url.replace(String(server.port), String(proxy.port));
  const apart = await LabPage.open(context, { url, token: server.token }, 'lab');
  await startSlowRun('silent', apart);
  proxy.silence();
  await apart.detail.getByText('Passed').first().waitFor({ timeout: 240_000 });
  expectWhole(await savedLog('silent', apart));
  await apart.page.close();
});

it('eight tabs see the same run through one core, which leaves when they are closed', async () => {
  await startSlowRun('tabs');
  const tabs = await Promise.all(Array.from({ length: 7 }, () => LabPage.open(context, server, 'lab')));
  for (const tab of tabs) {
    await tab.showSidePanel();
    await row('tabs', 'running', tab)
      .or(row('tabs', 'passed', tab))
      .waitFor({ timeout: 120_000 });
  }
  const core = await corePid();
  expect(core).toBeDefined();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  await Promise.all(tabs.map((tab) => row('tabs', 'passed', tab).waitFor({ timeout: 120_000 })));
  const runs = await readFile(join(server.home, 'jupyter/data/slipway/unfinished'), 'utf8');
  expect(runs).toBe('0');
  await context.close();
  await expect.poll(() => isAlive(core ?? 0), { timeout: 120_000 }).toBe(false);
});
