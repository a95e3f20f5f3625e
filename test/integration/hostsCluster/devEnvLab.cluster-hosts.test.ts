import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { ClusterMachine, profile } from '../cluster/clusterMachine.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { JupyterServer } from '../jupyterlab/jupyterServer.ts';
import { LabPage } from '../jupyterlab/labPage.ts';
import { patienceMs } from './hostViews.ts';

const screenshots = join(import.meta.dirname, '../../../.cache/screenshots/hostsCluster');
const patience = { timeout: patienceMs };

let machine: ClusterMachine;
let server: JupyterServer;
let browser: Browser;
let lab: LabPage;

anewAfterFailure(async (own) => {
  machine = await ClusterMachine.create('lab-devenv');
  own(() => machine.dispose());
  const devEnv = { image: 'testbed.local/devenv:1', diskSize: '1Gi', idleStop: '2h' };
  // JupyterLab is opened in it.
  const instanceTypes = { room: { cpu: '100m', memory: '2Gi' } };
  await machine.writeContext({ profile: { ...profile, instanceTypes, defaultInstanceType: 'room', devEnv } });
  server = await JupyterServer.create({ home: machine.machine.folder });
  own(() => server.dispose());
  await server.write('data/cells of alice.csv', 'one,two\n');
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  lab = await LabPage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server, 'lab');
  await lab.runsReady();
  await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await lab.showSidePanel();
});
afterEach(() => shot('last'));

const section = (): Locator => lab.sidePanel.locator('.slipway-devenvs');
const row = (state: string): Locator => section().locator(`.slipway-devenv[data-state="${state}"]`);
const dialog = (): Locator => lab.page.locator('.jp-Dialog');
const notice = (text: string | RegExp): Locator =>
  lab.page.locator('.Toastify__toast').filter({ hasText: text }).first();

async function shot(name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  await lab.page.screenshot({ path: join(screenshots, `lab-devenv-${name}.png`) });
}

it('is made from the panel, gets files and gives them back, keeps them over a stop, and goes for good', async () => {
  await section().getByText('No DevEnvs yet').waitFor(patience);
  await section().locator('.slipway-devenv-none').getByRole('button', { name: 'New DevEnv' }).click();
  await section().getByRole('button', { name: 'Create devenv-' }).click(patience);
  await row('running').waitFor(patience);
  const name = (await row('running').getAttribute('data-devenv')) ?? '';
  const inside = (command: string): Promise<string> => machine.kubectl('exec', name, '--', 'sh', '-c', command);
  await row('running').getByText('in use').waitFor(patience);
  await shot('running');

  await lab.rowMenu(row('running'), 'Connection facts…');
  const host = `${name}.test-cluster`;
  await dialog().locator('dd').getByText(host, { exact: true }).waitFor(patience);
  const publicKey = await machine.field(`secret/user-ssh-${name.replace(/^devenv-/, '')}`, '.data.authorized_keys');
  expect(Buffer.from(publicKey, 'base64').toString()).toMatch(/^ssh-ed25519 /);
  await shot('facts');
  await dialog().getByRole('button', { name: 'Close' }).click();

  await lab.rowMenu(row('running'), 'Test connection…');
  await dialog().locator('[data-hop="ssh"][data-outcome="pass"]').waitFor(patience);
  await dialog()
    .getByRole('status')
    .getByText(/Every part|The slow part/)
    .waitFor(patience);
  await shot('hops');
  await dialog().getByRole('button', { name: 'Close' }).click();

  const files = lab.page.locator('.jp-DirListing-item');
  await files.filter({ hasText: 'data' }).click({ button: 'right' });
  await lab.page.locator('.lm-Menu-item').getByText('Send to DevEnv…').click();
  await dialog().getByRole('button', { name: 'Send' }).click();
  await notice(/Uploaded to .*1 file/).waitFor(patience);
  expect(await inside('cat "/workspace/data/cells of alice.csv"')).toBe('one,two\n');

  await inside('echo made there > /workspace/result.txt');
  await lab.page.locator('.jp-DirListing-content').click({ button: 'right', position: { x: 60, y: 200 } });
  await lab.page.locator('.lm-Menu-item').getByText('Get from DevEnv…').click();
  await dialog().getByLabel('File or folder there').fill('result.txt');
  await dialog().getByRole('button', { name: 'Get', exact: true }).click();
  await notice(/Downloaded to .*1 file/).waitFor(patience);
  await files.filter({ hasText: 'result.txt' }).dblclick(patience);
  await lab.page.locator('.jp-FileEditor').getByText('made there').waitFor(patience);

  const opened = lab.page.context().waitForEvent('page', patience);
  await lab.rowMenu(row('running'), 'Open JupyterLab in the DevEnv');
  const there = await opened;
  await there.locator('.jp-DirListing-item').filter({ hasText: 'result.txt' }).waitFor(patience);
  expect(new URL(there.url()).hostname).toBe('127.0.0.1');
  expect(await there.evaluate('window.opener')).toBeNull();
  await there.close();

  await lab.rowMenu(row('running'), 'Stop…');
  await dialog().getByRole('button', { name: 'Stop', exact: true }).click();
  await row('stopped').waitFor(patience);
  await machine.until('the pod is gone', async () =>
    (await machine.field(`pod/${name}`, '.metadata.uid')) === '' ? true : undefined,
  );
  await row('stopped').hover();
  await row('stopped').getByLabel(`Start ${name}`).click();
  await row('running').waitFor(patience);
  expect(await inside('cat /workspace/result.txt')).toBe('made there\n');

  await lab.rowMenu(row('running'), 'Delete…');
  await dialog().getByText('Delete the workspace, too').click();
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog().getByText('lost for good').waitFor(patience);
  await dialog().locator('input').fill(name);
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await section().getByText('No DevEnvs yet').waitFor(patience);
  await machine.until('everything is gone', async () =>
    (await machine.kubectl('get', 'pvc,pod,secret', '-l', 'slipway.dev/devenv', '-o', 'name')) === ''
      ? true
      : undefined,
  );
  expect(lab.errors).toEqual([]);
});
