import type { Browser } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { clusterContext, devEnvsInAllStates, englishIn, SceneCore, sceneDevEnv } from './devEnvScene.ts';

let server: CodeServer;
let scene: SceneCore;
let browser: Browser;
let code: CodePage;

const patience = { timeout: 120_000 };
const hop = { outcome: 'pass', durationMs: 12 } as const;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({
    vsix: prepared('SLIPWAY_TEST_VSIX'),
    // Drawn by a graphics processor a terminal has no text in the page.
    settings: { 'workbench.colorTheme': 'Default Dark Modern', 'terminal.integrated.gpuAcceleration': 'off' },
  });
  own(() => server.dispose());
  await server.write('short.ipynb', notebookOf('print(6 * 7)'));
  scene = await SceneCore.install(server);
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  code = await CodePage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server);
  await code.showRuns();
  await code.command('Focus on DevEnvs View');
});
afterEach(({ task }) => lastScreenshots(task, [code.page], 'vscode/devenvs-last'));

const dialog = () => code.page.locator('.monaco-dialog-box');
const welcome = () => code.page.locator('.welcome-view-content');

/** Takes what is offered, once the step that is asked for stands there. */
async function accept(step: RegExp): Promise<void> {
  await code.page.locator('.quick-input-titlebar').filter({ hasText: step }).waitFor(patience);
  await code.page.waitForTimeout(300);
  await code.page.keyboard.press('Enter');
}

it('says what a DevEnv is where there is none, and what is missing for one', async () => {
  await welcome().getByText('no', { exact: false }).filter({ hasText: 'none is set up yet' }).waitFor(patience);
  await scene.show({ contexts: [clusterContext('team-a', { signIn: { state: 'signedOut' } })] });
  await welcome().getByRole('button', { name: 'Sign in' }).waitFor(patience);
  await scene.show({ contexts: [clusterContext('team-a')] });
  await welcome().getByRole('button', { name: 'Create DevEnv' }).waitFor(patience);
  await code.screenshot('devenvs-empty');
});

it('makes one with what is offered, tells what its start waits for, stops and deletes it', async () => {
  await scene.show({ contexts: [clusterContext('team-a')] });
  await welcome().getByRole('button', { name: 'Create DevEnv' }).click();
  for (const step of [/Size \(1\/4\)/, /Image \(2\/4\)/, /Disk.*\(3\/4\)/, /Stop after.*\(4\/4\)/]) await accept(step);
  await code.page.getByText('The node pulls the image.').first().waitFor(patience);
  await code.screenshot('devenvs-starting');
  await code.row(/devenv-alice.*in use · 1 GPU · 100 GiB/).waitFor(patience);
  const made = (await scene.requests()).find(({ name }) => name === 'devenvs/create');
  expect(made?.params).toEqual({
    context: 'team-a',
    name: 'devenv-alice',
    spec: {
      instanceType: 'gpu-1x-16c-64g-1gpu',
      image: 'registry.example/devenv:1',
      diskSize: '100Gi',
      idleStop: '2h',
    },
  });
  await code.inlineAction(/devenv-alice/, 'Stop DevEnv');
  await dialog().getByRole('button', { name: 'Stop' }).click();
  await code.row(/devenv-alice.*stopped by alice/).waitFor(patience);

  // Its files go only for who says so twice, the second time by its name.
  await code.rowAction(/devenv-alice/, 'Delete DevEnv');
  await dialog().getByRole('button', { name: 'Delete the workspace, too' }).click();
  const input = code.page.locator('.quick-input-widget input');
  await input.fill('devenv-alic');
  await code.page.getByText('Type devenv-alice to go on.').waitFor(patience);
  await code.screenshot('devenvs-delete');
  await code.page.keyboard.press('Enter');
  expect((await scene.requests()).filter(({ name }) => name === 'devenvs/delete')).toEqual([]);
  await input.fill('devenv-alice');
  await code.page.keyboard.press('Enter');
  await welcome().getByRole('button', { name: 'Create DevEnv' }).waitFor(patience);
  const gone = (await scene.requests()).filter(({ name }) => name === 'devenvs/delete');
  expect(gone.map(({ params }) => params)).toEqual([{ context: 'team-a', name: 'devenv-alice', workspace: true }]);
});

it('says why one is stopped that the cluster put out, and when that was', async () => {
  const reason = 'its node put it out: The node was low on resource: memory.';
  const lastEnd = { reason, at: Date.now() - 2 * 3_600_000 - 1_000 };
  const devEnvs = [sceneDevEnv('devenv-alice', { state: 'stopped', reason, lastEnd })];
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs });
  const row = code.row(/devenv-alice.*Stopped · its node put it out/);
  await row.waitFor(patience);
  await row.hover();
  const hover = code.page.locator('.monaco-hover').filter({ hasText: 'Last end: its node put it out' });
  await hover.getByText('low on resource: memory (2 h ago)').waitFor(patience);
  await code.screenshot('devenvs-put-out');
});

it('warns before an idle stop, and keeps it where somebody says so', async () => {
  const idle = { stopAfterMs: 7_200_000, idleMs: 6_720_000, stopsAt: Date.now() + 500_000 };
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-alice', { idle })] });
  const notice = code.page
    .locator('.notifications-toasts .notification-list-item')
    .filter({ hasText: 'stops in 8 min' });
  await notice.waitFor(patience);
  await code.screenshot('devenvs-idle');
  await notice.getByRole('button', { name: 'Keep it running' }).click();
  await code.row(/devenv-alice.*in use/).waitFor(patience);
});

it('measures the way hop by hop, and follows a command that goes on without the window', async () => {
  await scene.show({
    contexts: [clusterContext('team-a')],
    devEnvs: [sceneDevEnv('devenv-alice')],
    hops: [
      { ...hop, name: 'api', detail: 'team-a answers in 12 ms.' },
      { ...hop, name: 'tunnel', outcome: 'warn', detail: 'The tunnel took 2.1 s.', fix: 'Look at the proxy.' },
    ],
  });
  await code.rowAction(/devenv-alice/, 'Test connection');
  const terminal = code.page.locator('.terminal .xterm-rows');
  await terminal.getByText('The slow part: The tunnel into the pod.').first().waitFor(patience);
  await code.screenshot('devenvs-test');
  await code.command('Terminal: Kill All Terminals');

  await code.rowAction(/devenv-alice/, 'Run a command in DevEnv');
  await code.page.locator('.quick-input-widget input').fill('make train');
  await code.page.keyboard.press('Enter');
  await terminal.getByText('epoch 2 loss 0.42').first().waitFor(patience);
  await code
    .row(/devenv-alice/)
    .first()
    .locator('.monaco-tl-twistie')
    .click();
  await code.row(/make train.*Running/).waitFor(patience);
  await code.screenshot('devenvs-command');
  await code.inlineAction(/make train/, 'Stop the command');
  await code.row(/make train.*Stopped/).waitFor(patience);
  await terminal.getByText('The command has ended: Stopped').first().waitFor(patience);
  const asked = (await scene.requests()).find(({ name }) => name === 'devenvs/runJob');
  expect(asked?.params.command).toEqual(['bash', '-lc', 'make train']);
});

it('has Chinese words for the rows, their menu and what they do, where VS Code speaks Chinese', async () => {
  const contexts = [clusterContext('team-a'), clusterContext('team-b', { signIn: { state: 'signedOut' } })];
  const hops = [
    { ...hop, name: 'api', detail: 'The API server answers in 12 ms, the first time in 31 ms.' },
    {
      ...hop,
      name: 'pod',
      outcome: 'fail',
      detail: 'devenv-alice does not run.',
      fix: 'Start it: slipway devenv start devenv-alice.',
    },
  ] as const;
  await scene.show({ contexts, devEnvs: devEnvsInAllStates(), hops });
  await server.speakChinese();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
  const chinese = await CodePage.open(context, server);
  await chinese.showRuns();
  await chinese.command('Focus on 开发环境 View');
  const rows = chinese.page.locator('.pane-body .monaco-list-row').filter({ hasText: /devenv-/ });
  await chinese.row(/devenv-alice-rapids.*启动中（已 \d+ 分钟）/).waitFor(patience);
  await chinese.screenshot('devenvs-chinese');
  expect(englishIn((await rows.allInnerTexts()).join('\n'))).toEqual([]);
  await chinese.row(/devenv-alice-rapids/).hover();
  await chinese.page.locator('.monaco-hover').getByText('开始启动于').waitFor(patience);
  await chinese.screenshot('devenvs-chinese-tooltip');
  expect(englishIn(await chinese.page.locator('.monaco-hover').innerText())).toEqual([]);
  await chinese.page.waitForTimeout(1500);
  await chinese
    .row(/devenv-alice(?!-)/)
    .first()
    .click({ button: 'right' });
  const menu = chinese.page.locator('.monaco-menu');
  await menu.getByText('测试连接').waitFor(patience);
  await chinese.screenshot('devenvs-chinese-menu');
  expect(englishIn(await menu.innerText())).toEqual([]);
  await chinese.menuListens();
  await chinese.page.keyboard.press('Escape');
  await chinese.rowAction(/devenv-alice(?!-)/, '测试连接');
  await chinese.page.locator('.terminal .xterm-rows').getByText('出错的一段').first().waitFor(patience);
  await chinese.screenshot('devenvs-chinese-test');
  await context.close();
});
