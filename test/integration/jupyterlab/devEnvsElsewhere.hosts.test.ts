import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { freePort } from '../hosts/hostProcess.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { clusterContext, SceneCore, sceneDevEnv } from '../vscode/devEnvScene.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';

/** A name of this machine that is none of loopback. */
const name = 'lab.example';

let server: JupyterServer;
let scene: SceneCore;
let browser: Browser;
let lab: LabPage;

anewAfterFailure(async (own) => {
  const home = await mkdtemp(join(tmpdir(), 'slipway-lab-'));
  own(() => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const made = await SceneCore.forJupyter(home);
  scene = made.scene;
  const args = [`--SlipwayApp.core_script=${made.script}`, '--ServerApp.allow_remote_access=True'];
  server = await JupyterServer.create({ home, args });
  own(() => server.dispose());
  await server.write('notes.txt', 'hello');
  browser = await launchBrowser(`--host-resolver-rules=MAP ${name} 127.0.0.1`);
  own(() => browser.close());
  await server.start();
});
afterEach(async ({ task }) => {
  await lastScreenshots(task, [lab.page], 'jupyterlab/devenvs-elsewhere-last');
  await Promise.all(browser.contexts().map((context) => context.close()));
});

const row = (): Locator => lab.sidePanel.locator('.slipway-devenv[data-devenv="devenv-alice"]');
const dialog = (): Locator => lab.page.locator('.jp-Dialog');

async function open(url: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  lab = await LabPage.open(context, { url, token: server.token }, 'lab');
  await lab.runsReady();
  await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await lab.showSidePanel();
}

async function requested(request: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await scene.requests()).filter((each) => each.name === request).map(({ params }) => params);
}

it('says on a page of another machine why JupyterLab and ssh of a DevEnv are out of reach, and what to do', async () => {
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice')] });
  await open(server.url.replace('127.0.0.1', name));
  await lab.rowMenu(row(), 'Open JupyterLab in the DevEnv');
  await dialog().getByText('the address of this page is not localhost').waitFor();
  await dialog().getByText('slipway devenv jupyter devenv-alice --context team-a').waitFor();
  // The dialog takes the focus to its own button first.
  await dialog().locator('.jp-mod-accept:focus').waitFor();
  await dialog().getByRole('button', { name: 'Copy: Command' }).press('Enter');
  await dialog().getByRole('status').getByText('Copied').waitFor();
  await lab.screenshot('devenvs-elsewhere-jupyter');
  await dialog().getByRole('button', { name: 'Close' }).click();
  expect(await requested('devenvs/openJupyter')).toEqual([]);

  await lab.rowMenu(row(), 'Connection facts…');
  await dialog().getByText('slipway ssh devenv-alice --context team-a').waitFor();
  await lab.screenshot('devenvs-elsewhere-ssh');
  await dialog().locator('.jp-mod-accept:focus').press('Enter');
  await dialog().waitFor({ state: 'detached' });
  // The key of a machine that is not theirs is let in only where they want it.
  expect(await requested('devenvs/connect')).toEqual([]);
  await lab.rowMenu(row(), 'Connection facts…');
  await dialog().getByRole('button', { name: 'For a terminal of this server…' }).click();
  await dialog().getByText('SHA256:wAx2n').waitFor();
  expect(await requested('devenvs/connect')).toHaveLength(1);
  await dialog().getByRole('button', { name: 'Close' }).click();

  // A page without HTTPS has fewer means than one of localhost.
  await lab.page.locator('.jp-DirListing-item').filter({ hasText: 'notes.txt' }).click({ button: 'right' });
  await lab.page.locator('.lm-Menu-item').getByText('Send to DevEnv…').click();
  await dialog().getByRole('button', { name: 'Send' }).click();
  await lab.page.locator('.Toastify__toast').getByText('Break it off').click();
  expect(await requested('transfer/upload')).toHaveLength(1);
  expect(lab.errors).toEqual([]);
});

it('says so behind a tunnel, where localhost is another machine', async () => {
  const jupyterUrl = `http://127.0.0.1:${await freePort()}/slipway-open/code`;
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice')], jupyterUrl });
  await open(server.url);
  await lab.rowMenu(row(), 'Open JupyterLab in the DevEnv');
  await dialog().getByText('behind a tunnel, for example, localhost is another machine').waitFor();
  expect(await requested('devenvs/openJupyter')).toHaveLength(1);
  expect(browser.contexts().flatMap((context) => context.pages())).toHaveLength(1);
});
