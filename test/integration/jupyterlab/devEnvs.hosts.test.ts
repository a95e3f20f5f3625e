import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { clusterContext, devEnvsInAllStates, englishIn, SceneCore, sceneDevEnv } from '../vscode/devEnvScene.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';

let server: JupyterServer;
let scene: SceneCore;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;

const hop = { outcome: 'pass', durationMs: 12 } as const;

anewAfterFailure(async (own) => {
  const home = await mkdtemp(join(tmpdir(), 'slipway-lab-'));
  own(() => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const made = await SceneCore.forJupyter(home);
  scene = made.scene;
  server = await JupyterServer.create({ home, args: [`--SlipwayApp.core_script=${made.script}`] });
  own(() => server.dispose());
  await server.write('data/cells.csv', 'one,two\n');
  await server.write('notes.txt', 'hello');
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  lab = await LabPage.open(context, server, 'lab');
  await lab.runsReady();
  await lab.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await lab.showSidePanel();
});
afterEach(({ task }) => lastScreenshots(task, [lab.page], 'jupyterlab/devenvs-last'));

const section = (): Locator => lab.sidePanel.locator('.slipway-devenvs');
const row = (name: string): Locator => section().locator(`.slipway-devenv[data-devenv="${name}"]`);
const dialog = (): Locator => lab.page.locator('.jp-Dialog');
const notice = (text: string | RegExp): Locator =>
  lab.page.locator('.Toastify__toast').filter({ hasText: text }).first();

async function requested(name: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await scene.requests()).filter((each) => each.name === name).map(({ params }) => params);
}

/** Chooses from the palette as somebody types it. */
async function command(label: string): Promise<void> {
  await lab.page.keyboard.press('Control+Shift+C');
  const palette = lab.page.locator('.lm-CommandPalette-input');
  await palette.fill(label);
  await lab.page.locator('.lm-CommandPalette-item').filter({ hasText: label }).first().click();
}

it('says what a DevEnv is where there is none, and what is missing for one', async () => {
  await section().getByText('no cluster is set up yet').waitFor();
  // Somebody may ask for one before the panel knows where.
  await command('DevEnv: New DevEnv…');
  await section().locator('.slipway-devenv-form').getByText('no cluster is set up yet').waitFor();
  await lab.screenshot('devenvs-form-without-cluster');
  await scene.show({ contexts: [clusterContext('team-a')] });
  await section().getByLabel('Disk for the workspace').waitFor();
  await section().getByRole('button', { name: 'Cancel' }).click();
  await scene.show({ contexts: [clusterContext('team-a', { signIn: { state: 'signedOut' } })] });
  await section().getByRole('button', { name: 'Sign in to team-a to see its DevEnvs' }).waitFor();
  await scene.show({ contexts: [clusterContext('team-a')] });
  await section().getByText('No DevEnvs yet').waitFor();
  await lab.screenshot('devenvs-empty');
});

it('makes one with what the team offers, tells what its start waits for, stops it and deletes it', async () => {
  await scene.show({ contexts: [clusterContext('team-a')] });
  await command('DevEnv: New DevEnv…');
  await section().getByLabel('Disk for the workspace').fill('lots');
  await section().getByText('Write a size such as 20Gi.').waitFor();
  expect(await section().getByRole('button', { name: 'Create devenv-alice' }).isDisabled()).toBe(true);
  await section().getByLabel('Disk for the workspace').fill('40Gi');
  await lab.screenshot('devenvs-form');
  await section().getByLabel('Disk for the workspace').press('Enter');
  await row('devenv-alice').locator('.slipway-facts').getByText('The node pulls the image.').waitFor();
  await notice('The node pulls the image.').waitFor();
  await lab.screenshot('devenvs-starting');
  await row('devenv-alice').and(section().locator('[data-state="running"]')).waitFor();
  expect(await requested('devenvs/create')).toEqual([
    {
      context: 'team-a',
      name: 'devenv-alice',
      spec: {
        instanceType: 'gpu-1x-16c-64g-1gpu',
        image: 'registry.example/devenv:1',
        diskSize: '40Gi',
        idleStop: '2h',
      },
    },
  ]);

  await row('devenv-alice').hover();
  await row('devenv-alice').getByLabel('Stop… devenv-alice').click();
  await dialog().getByText('Everything in /workspace stays.').waitFor();
  await dialog().getByRole('button', { name: 'Stop', exact: true }).click();
  await row('devenv-alice').getByText('stopped by alice').waitFor();

  // Enter at the first question keeps it, and the workspace goes for its name alone.
  await lab.rowMenu(row('devenv-alice'), 'Delete…');
  await dialog().waitFor();
  await lab.page.keyboard.press('Enter');
  await dialog().waitFor({ state: 'detached' });
  await lab.rowMenu(row('devenv-alice'), 'Delete…');
  await dialog().getByText('Delete the workspace, too').click();
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await dialog().getByText('lost for good').waitFor();
  await dialog().locator('input').fill('devenv-bob');
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await notice('Type devenv-alice to go on.').waitFor();
  expect(await requested('devenvs/delete')).toEqual([]);
  await lab.rowMenu(row('devenv-alice'), 'Delete…');
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await section().getByText('No DevEnvs yet').waitFor();
  expect(await requested('devenvs/delete')).toEqual([{ context: 'team-a', name: 'devenv-alice', workspace: false }]);
});

it('leaves a start that nobody waits for, says so, and takes that back once it runs', async () => {
  const contexts = [clusterContext('team-a')];
  await scene.show({ contexts, devEnvs: [sceneDevEnv('devenv-alice', { state: 'stopped' })] });
  await lab.rowMenu(row('devenv-alice'), 'Start');
  await notice('Starting devenv-alice').getByRole('button', { name: 'Stop waiting' }).click();
  await notice('devenv-alice goes on starting').waitFor();
  await scene.show({ contexts, devEnvs: [sceneDevEnv('devenv-alice')] });
  await notice('devenv-alice goes on starting').waitFor({ state: 'detached' });
  // A notice that has gone by itself is still in JupyterLab's list of them.
  await lab.page.locator('.jp-Notification-Status').click();
  const list = lab.page.locator('.jp-Notification-Center');
  await list.waitFor();
  expect(await list.getByText('goes on starting').count()).toBe(0);
  await lab.page.keyboard.press('Escape');
});

it('shows facts to copy without touching anybody’s ssh config, and each hop as it comes', async () => {
  const hops = [
    { ...hop, name: 'api', detail: 'The API server answers.' },
    { ...hop, name: 'latency', outcome: 'warn', detail: 'A round trip takes 180 ms.', fix: 'Be nearer to it.' },
  ] as const;
  const lastEnd = {
    reason: 'its node put it out: The node was low on resource: memory.',
    at: Date.now() - 2 * 3_600_000 - 1_000,
  };
  const devEnvs = [sceneDevEnv('devenv-alice', { lastEnd })];
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs, hops });
  // By keyboard alone.
  await row('devenv-alice').locator('.slipway-row-open').focus();
  await lab.page.keyboard.press('Enter');
  await row('devenv-alice').getByText('41 of 100 GiB').first().waitFor();
  await row('devenv-alice').getByText('its node put it out: The node was low on resource: memory (2 h ago)').waitFor();
  await lab.screenshot('devenvs-detail');
  await row('devenv-alice').getByRole('button', { name: 'Connection facts…' }).press('Enter');
  await dialog().getByText('SHA256:wAx2n').waitFor();
  await dialog().getByRole('button', { name: 'Copy: Command' }).click();
  await dialog().getByRole('status').getByText('Copied').waitFor();
  await lab.screenshot('devenvs-facts');
  expect(await requested('devenvs/connect')).toEqual([{ context: 'team-a', name: 'devenv-alice', include: false }]);
  await lab.leaveDialog();

  await command('DevEnv: Test connection…');
  await dialog().getByText('A round trip takes 180 ms.').waitFor();
  await dialog().getByText('The slow part: Latency.').waitFor();
  await dialog().getByText('What helps: Be nearer to it.').waitFor();
  await lab.screenshot('devenvs-hops');
  await lab.leaveDialog();
  await row('devenv-alice').locator('.slipway-row-open').click();
});

it('lists the machines that may log in, and takes one off once that was asked', async () => {
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice')] });
  await lab.rowMenu(row('devenv-alice'), 'Machines that may log in…');
  const machine = (name: string): Locator => dialog().locator('[data-device]').filter({ hasText: name });
  await machine('alice@laptop').getByText('the machine of this Jupyter server').waitFor();
  expect(await machine('alice@desk').getByText('the machine of this').count()).toBe(0);
  await machine('alice@desk').getByRole('button', { name: 'Remove…' }).click();
  await machine('alice@desk').getByText('It cannot log in any more.').waitFor();
  await lab.screenshot('devenvs-machines');
  // Enter keeps it.
  await lab.page.keyboard.press('Enter');
  await machine('alice@desk').getByRole('button', { name: 'Remove…' }).press('Enter');
  expect(await requested('devenvs/removeDevice')).toEqual([]);
  await machine('alice@desk').getByRole('button', { name: 'Remove it' }).press('Enter');
  await dialog().getByRole('status').getByText('alice@desk can no longer log in.').waitFor();
  expect(await dialog().locator('[data-device]').count()).toBe(1);
  const fingerprint = 'SHA256:uJ0cVb4n7Qw8dR2yHk5pXz1sFg6tNm3eLo9aIiUuYyE';
  expect(await requested('devenvs/removeDevice')).toEqual([{ context: 'team-a', name: 'devenv-alice', fingerprint }]);
  await lab.leaveDialog();
});

it('runs a command in one that is started for it, follows it in a tab, lists it, stops it and tells of its end', async () => {
  const devEnvs = [sceneDevEnv('devenv-alice', { state: 'stopped' })];
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs });
  await lab.rowMenu(row('devenv-alice'), 'Run a command…');
  await dialog().getByText('devenv-alice does not run; it is started first.').waitFor();
  await dialog().getByLabel('Command').fill('python train.py --epochs 50');
  await lab.screenshot('devenvs-command');
  await dialog().getByLabel('Command').press('Enter');
  const log = lab.page.locator('.slipway-devenv-job');
  await log.getByText('epoch 2 loss 0.42').waitFor();
  expect(await log.locator('.a-g').getByText('epoch 1', { exact: true }).count()).toBe(1);
  await log.getByText(/Running · .* · devenv-alice · goes on when this tab is closed/).waitFor();
  await lab.screenshot('devenvs-command-runs');
  const command = ['bash', '-lc', 'python train.py --epochs 50'];
  const asked = { context: 'team-a', name: 'devenv-alice', command, title: 'python train.py --epochs 50' };
  expect(await requested('devenvs/runJob')).toEqual([asked]);

  await lab.rowMenu(row('devenv-alice'), 'Commands…');
  const job = dialog().locator('[data-job="1"]');
  await job.getByText('Running').waitFor();
  await job.getByRole('button', { name: 'Stop…' }).press('Enter');
  await job.getByText('Stop the command?').waitFor();
  await lab.screenshot('devenvs-commands');
  await job.getByRole('button', { name: 'Stop it' }).press('Enter');
  await job.getByText('Stopped').waitFor();
  await notice('python train.py --epochs 50 in devenv-alice: Stopped').waitFor();
  await log.getByText(/Stopped · .* · devenv-alice$/).waitFor();
  await job.getByRole('button', { name: 'Log' }).press('Enter');
  await dialog().waitFor({ state: 'detached' });
  // The tab that is there already is the one that is shown.
  expect(await log.count()).toBe(1);
});

it('sends what is selected in the file browser, by its path on the disk, says how far it is, and breaks off', async () => {
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice')] });
  await row('devenv-alice').waitFor();
  const files = lab.page.locator('.jp-DirListing-item');
  await files.filter({ hasText: 'data' }).click();
  await files.filter({ hasText: 'notes.txt' }).click({ modifiers: ['Control'] });
  await files.filter({ hasText: 'notes.txt' }).click({ button: 'right' });
  await lab.page.locator('.lm-Menu-item').getByText('Send to DevEnv…').click();
  await dialog().getByLabel('To the folder').fill('/workspace/in');
  await lab.screenshot('devenvs-send');
  await dialog().getByRole('button', { name: 'Send' }).click();
  await notice(/of 340 files · .* · 93\.0 MB\/s · .* left/).waitFor();
  await lab.screenshot('devenvs-sending');
  await notice(/of 340 files/)
    .getByRole('button', { name: 'Break it off' })
    .click();
  await notice('Do it again to go on from where it stopped.').waitFor();
  const [sent] = await requested('transfer/upload');
  expect(sent).toMatchObject({
    context: 'team-a',
    name: 'devenv-alice',
    local: [join(server.folder, 'data'), join(server.folder, 'notes.txt')],
    remote: ['/workspace/in'],
  });
});

it('warns before an idle stop, and keeps it running where that is pressed', async () => {
  const idle = { stopAfterMs: 7_200_000, idleMs: 6_720_000, stopsAt: Date.now() + 480_000 };
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice', { idle })] });
  const warning = notice(/devenv-alice stops in \d min: nobody worked for 1 h 52 min/);
  await warning.waitFor();
  await lab.screenshot('devenvs-warning');
  await warning.getByRole('button', { name: 'Keep it running' }).click();
  await notice('devenv-alice keeps running.').waitFor();
  expect(await requested('devenvs/reportActivity')).toEqual([{ context: 'team-a', name: 'devenv-alice' }]);
  await row('devenv-alice').getByText('in use').waitFor();
});

it('shows what can be read of many, names what cannot, finds one by its name, and folds away', async () => {
  const many = Array.from({ length: 200 }, (_, index) => {
    const name = `devenv-alice-${String(index).padStart(3, '0')}${index === 3 ? `-${'long-'.repeat(8)}name` : ''}`;
    const state = (['running', 'stopped', 'failed', 'starting'] as const)[index % 4] ?? 'running';
    return sceneDevEnv(name, state === 'failed' ? { state, reason: 'the image cannot be pulled' } : { state });
  });
  const problems = [{ context: 'team-b', message: 'You may not list pods in team-b.', action: 'Ask your team.' }];
  await scene.show({ contexts: [clusterContext('team-a'), clusterContext('team-b')], devEnvs: many, problems });
  await section().getByText('You may not list pods in team-b.').waitFor();
  await row('devenv-alice-000').waitFor();
  await lab.screenshot('devenvs-many');
  expect(await section().locator('.slipway-devenv').count()).toBe(200);
  await section().getByLabel('Find a DevEnv').fill('alice-17');
  await expect.poll(() => section().locator('.slipway-devenv').count()).toBe(10);
  await section().getByRole('button', { name: 'DevEnvs', exact: true }).click();
  await section().locator('.slipway-devenv').first().waitFor({ state: 'detached' });
  await section().getByRole('button', { name: 'DevEnvs', exact: true }).click();
  await row('devenv-alice-000').waitFor();
  expect(lab.errors).toEqual([]);
});

it('has Chinese words for everything in the panel and its dialogs, where JupyterLab speaks Chinese', async () => {
  const message = 'The connection to https://10.0.0.7:6443 hangs: changes did not come.';
  const problems = [{ context: 'team-b', message, action: 'Check the network and try again.' }];
  const hops = [
    { ...hop, name: 'api', detail: 'The API server answers in 12 ms, the first time in 31 ms.' },
    { ...hop, name: 'pod', detail: 'devenv-alice runs on node-1.' },
    { ...hop, name: 'tunnel', detail: 'The SSH server answers through the API server in 90 ms.' },
    {
      ...hop,
      name: 'latency',
      outcome: 'warn',
      detail: 'A key that is typed comes back after 310 ms.',
      fix: 'The network to the cluster is slow: check VPN and proxy.',
    },
  ] as const;
  const contexts = [clusterContext('team-a'), clusterContext('team-b')];
  await scene.show({ contexts, devEnvs: devEnvsInAllStates(), problems, hops });
  await server.chooseLanguage('zh_CN');
  const chinese = await LabPage.open(
    await browser.newContext({ viewport: { width: 1440, height: 900 } }),
    server,
    'lab',
  );
  await chinese.runsReady();
  await chinese.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  await chinese.showSidePanel();
  const panel = chinese.sidePanel.locator('.slipway-devenvs');
  const rowOf = (name: string): Locator => panel.locator(`.slipway-devenv[data-devenv="${name}"]`);
  const box = chinese.page.locator('.jp-Dialog');
  await rowOf('devenv-alice-rapids')
    .getByText(/启动中（已 \d+ 分钟）/)
    .waitFor();
  await chinese.screenshot('devenvs-chinese');
  expect(englishIn(await panel.innerText())).toEqual([]);
  await rowOf('devenv-alice-new').locator('.slipway-row-open').click();
  await rowOf('devenv-alice-training').locator('.slipway-row-open').click();
  await rowOf('devenv-alice-training').getByText('闲置停止').first().waitFor();
  await chinese.screenshot('devenvs-chinese-open');
  expect(englishIn(await panel.innerText())).toEqual([]);

  for (const [item, ready] of [
    ['测试连接…', '较慢的一段'],
    ['可登录的设备…', 'alice@laptop'],
    ['运行命令…', '运行命令'],
    ['命令…', '没有正在运行的命令'],
    ['连接信息…', 'SHA256'],
    ['停止…', '停止 devenv-alice'],
    ['删除…', '删除 devenv-alice'],
  ] as const) {
    await chinese.rowMenu(rowOf('devenv-alice'), item);
    await box.getByText(ready).first().waitFor();
    await chinese.screenshot(`devenvs-chinese-${item}`);
    // JupyterLab's own button is Chinese where its language pack is there.
    expect(englishIn((await box.innerText()).replace('Cancel', '')), item).toEqual([]);
    await chinese.leaveDialog();
  }
  await chinese.page.context().close();
});
