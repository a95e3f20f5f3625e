import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, profile } from '../cluster/clusterMachine.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { lastScreenshots, screenshot } from '../hosts/screenshots.ts';
import { JupyterServer } from '../jupyterlab/jupyterServer.ts';
import { LabPage } from '../jupyterlab/labPage.ts';
import { patienceMs } from './hostViews.ts';

const patience = { timeout: patienceMs };
/** What has to be quoted everywhere, what deceives on a screen, and what a program would take for an option. */
const hostile = '-n $(id) `id` "a" \'b\';&| 名前 \u202Egnp.bin';
const bigBytes = 40_000_000;
/** Of which so many are on their way when it is held up, to be looked at and broken off. */
const some = 10_000_000;
const sending = /portforward/;

let machine: ClusterMachine;
/** Between the Jupyter server's core and the cluster. */
let proxy: FaultProxy;
let server: JupyterServer;
let browser: Browser;
let lab: LabPage;

anewAfterFailure(async (own) => {
  machine = await ClusterMachine.create('lab-devenv');
  own(() => machine.dispose());
  const devEnv = { image: 'testbed.local/devenv:1', diskSize: '1Gi', idleStop: '2h' };
  // JupyterLab is opened in it.
  const instanceTypes = { room: { cpu: '100m', memory: '2Gi' } };
  const { folder } = machine.machine;
  proxy = await startFaultProxy({ kubeconfig: machine.cluster.kubeconfig, folder });
  own(() => proxy.dispose());
  const { kubeconfig } = proxy;
  await machine.writeContext({
    profile: { ...profile, instanceTypes, defaultInstanceType: 'room', devEnv },
    kubeconfig,
  });
  server = await JupyterServer.create({ home: folder });
  own(() => server.dispose());
  await server.write('data/cells of alice.csv', 'one,two\n');
  await server.write(`data/in it/${hostile}`, randomBytes(999).toString('latin1'));
  await mkdir(join(server.folder, 'back'));
  await writeFile(join(server.folder, hostile), randomBytes(700_000));
  await writeFile(join(server.folder, 'big.bin'), randomBytes(bigBytes));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  lab = await LabPage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server, 'lab');
  await lab.runsReady();
  await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await lab.showSidePanel();
});
afterEach(({ task }) => lastScreenshots(task, [lab.page], 'hostsCluster/lab-devenv-last'));

const section = (): Locator => lab.sidePanel.locator('.slipway-devenvs');
const row = (state: string): Locator => section().locator(`.slipway-devenv[data-state="${state}"]`);
const dialog = (): Locator => lab.page.locator('.jp-Dialog');
const notice = (text: string | RegExp): Locator =>
  lab.page.locator('.Toastify__toast').filter({ hasText: text }).first();

function shot(name: string): Promise<void> {
  return screenshot(lab.page, `hostsCluster/lab-devenv-${name}`);
}

/** The name of the DevEnv, which runs; it is made from the panel where it is not there. */
async function running(): Promise<string> {
  if (!(await row('running').isVisible())) {
    await section().getByText('No DevEnvs yet').waitFor(patience);
    await section().locator('.slipway-devenv-none').getByRole('button', { name: 'New DevEnv' }).click();
    await section().getByRole('button', { name: 'Create devenv-' }).click(patience);
    await row('running').waitFor(patience);
    await row('running').getByText('in use').waitFor(patience);
  }
  return (await row('running').getAttribute('data-devenv')) ?? '';
}

async function inside(command: string): Promise<string> {
  return machine.kubectl('exec', await running(), '--', 'sh', '-c', command);
}

async function authorizedKeys(name: string): Promise<string> {
  const text = await machine.field(`secret/user-ssh-${name.replace(/^devenv-/, '')}`, '.data.authorized_keys');
  return Buffer.from(text, 'base64').toString();
}

/** Digest and path of every file that is to be sent, or came back. */
function digestsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${relative(folder, path)}`)
    .filter((line) => !line.includes(' back/'))
    .toSorted();
}

/** The same of a folder in the DevEnv. */
async function digestsThere(folder: string): Promise<readonly string[]> {
  const script = [
    'import hashlib, os',
    'for at, _, names in os.walk("."):',
    '  for path in (os.path.relpath(os.path.join(at, name)) for name in names):',
    '    print(hashlib.sha256(open(path, "rb").read()).hexdigest(), path)',
  ].join('\n');
  const text = await inside(`cd ${folder} && PYTHONIOENCODING=utf-8 python3 -c '${script}'`);
  return text.trimEnd().split('\n').toSorted();
}

/** Chooses in JupyterLab's own dialog for files and folders. */
async function choose(...items: readonly string[]): Promise<void> {
  for (const [index, item] of items.entries()) {
    const modifiers = index === 0 ? [] : (['Control'] as const);
    await dialog()
      .locator('.jp-DirListing-item')
      .filter({ hasText: item })
      .click({ modifiers: [...modifiers] });
  }
  await dialog().getByRole('button', { name: 'Select' }).click();
}

async function send(folder: string): Promise<void> {
  await dialog().getByLabel('To the folder').fill(folder);
  await dialog().getByRole('button', { name: 'Send' }).click();
}

it('is made from the panel, tells how it is reached, and runs commands that are followed and stopped', async () => {
  const name = await running();
  await shot('running');
  // Nothing of this machine has connected yet.
  await lab.rowMenu(row('running'), 'Test connection…');
  await dialog().locator('[data-hop="ssh"][data-outcome="pass"]').waitFor(patience);
  const status = dialog().getByRole('status');
  await status.getByText(/Every part|The slow part/).waitFor(patience);
  await shot('hops');
  await dialog().getByRole('button', { name: 'Close' }).click();

  await lab.rowMenu(row('running'), 'Connection facts…');
  await dialog().locator('dd').getByText(`${name}.test-cluster`, { exact: true }).waitFor(patience);
  expect(await authorizedKeys(name)).toMatch(/^ssh-ed25519 /);
  await shot('facts');
  await dialog().getByRole('button', { name: 'Close' }).click();

  await lab.rowMenu(row('running'), 'Run a command…');
  await dialog().getByLabel('Command').fill('pwd; printf "\\033[32mgreen\\033[0m\\n"; sleep 1000');
  await dialog().getByLabel('Command').press('Enter');
  const log = lab.page.locator('.slipway-devenv-job');
  await log.getByText('/workspace', { exact: true }).waitFor(patience);
  await log.locator('.a-g').getByText('green', { exact: true }).waitFor(patience);
  await shot('command');
  await lab.rowMenu(row('running'), 'Commands…');
  await dialog().locator('[data-state="running"]').getByRole('button', { name: 'Stop…' }).click(patience);
  await dialog().getByRole('button', { name: 'Stop it' }).click();
  await dialog().locator('[data-state="stopped"]').waitFor(patience);
  await shot('commands');
  await dialog().getByRole('button', { name: 'Close' }).click();
  await notice(/sleep 1000 in devenv-.*: Stopped/).waitFor(patience);
  await log.locator('[data-state="stopped"]').waitFor(patience);
});

it('gets files and folders whatever they are called, goes on with one that was broken off, and gives them back to the byte', async () => {
  await running();
  await lab.rowMenu(row('running'), 'Upload…');
  await choose('名前', 'data');
  await shot('send');
  await send('/workspace/in');
  await notice(/Uploaded to .*3 files/).waitFor(patience);
  const own = digestsIn(server.folder);
  expect(own).toHaveLength(4);
  expect(await digestsThere('/workspace/in')).toEqual(own.filter((line) => !line.endsWith(' big.bin')));

  const files = lab.page.locator('.jp-FileBrowser:visible .jp-DirListing-item');
  await files.filter({ hasText: 'big.bin' }).click({ button: 'right' });
  await lab.page.locator('.lm-Menu-item').getByText('Send to DevEnv…').click();
  let held = proxy.freezeAfter(sending, some);
  await send('in');
  await held;
  const progress = notice(/Uploading to .* of 40\.0 MB · .*\/s/);
  await progress.getByRole('button', { name: 'Break it off' }).click(patience);
  proxy.thaw();
  await notice('Do it again to go on from where it stopped.').waitFor(patience);
  expect(await digestsThere('/workspace/in')).not.toContainEqual(expect.stringMatching(/ big\.bin$/));

  await lab.rowMenu(row('running'), 'Upload…');
  await choose('big.bin', '名前');
  held = proxy.freezeAfter(sending, some);
  await send('in');
  await held;
  await progress.waitFor(patience);
  await shot('sending');
  proxy.thaw();
  await notice(/Uploaded to .*1 file, .*1 was there already/).waitFor(patience);
  expect(await digestsThere('/workspace/in')).toEqual(own);

  await lab.rowMenu(row('running'), 'Download…');
  await choose('back');
  await dialog().getByLabel('File or folder there').fill('in');
  await dialog().getByRole('button', { name: 'Get', exact: true }).click();
  await notice(/Downloaded to back: 4 files/).waitFor(patience);
  expect(digestsIn(join(server.folder, 'back/in'))).toEqual(own);

  await inside('echo made there > /workspace/result.txt');
  await lab.page.locator('.jp-DirListing-content').click({ button: 'right', position: { x: 60, y: 300 } });
  await lab.page.locator('.lm-Menu-item').getByText('Get from DevEnv…').click();
  await dialog().getByLabel('File or folder there').fill('result.txt');
  await dialog().getByRole('button', { name: 'Get', exact: true }).click();
  await notice(/Downloaded to .*1 file/).waitFor(patience);
  await files.filter({ hasText: 'result.txt' }).dblclick(patience);
  await lab.page.locator('.jp-FileEditor').getByText('made there').waitFor(patience);
});

it('opens its JupyterLab, takes a machine off its list, keeps its files over a stop, and goes for good', async () => {
  const name = await running();
  await inside('echo made there > /workspace/result.txt');
  const opened = lab.page.context().waitForEvent('page', patience);
  await lab.rowMenu(row('running'), 'Open JupyterLab in the DevEnv');
  const there = await opened;
  await there.locator('.jp-DirListing-item').filter({ hasText: 'result.txt' }).waitFor(patience);
  expect(new URL(there.url()).hostname).toBe('127.0.0.1');
  expect(await there.evaluate('window.opener')).toBeNull();
  await there.close();

  await lab.rowMenu(row('running'), 'Machines that may log in…');
  await dialog().getByText('the machine of this Jupyter server').waitFor(patience);
  await shot('machines');
  await dialog().getByRole('button', { name: 'Remove…' }).click();
  await dialog().getByRole('button', { name: 'Remove it' }).click();
  await dialog().getByText('No machine may log in yet.').waitFor(patience);
  await dialog().getByRole('button', { name: 'Close' }).click();
  expect(await authorizedKeys(name)).not.toContain('ssh-ed25519');
  await lab.rowMenu(row('running'), 'Upload…');
  await choose('data');
  await send('again');
  await notice(/Uploaded to .*2 files/).waitFor(patience);
  expect(await authorizedKeys(name)).toMatch(/^ssh-ed25519 /);

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
