import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { lastScreenshots, screenshot } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { DevEnvHost } from './devEnvHost.ts';
import { patienceMs } from './hostViews.ts';
import { RemoteWindow } from './remoteWindow.ts';

const patience = { timeout: patienceMs };
const isUp = /^devenv-.*(in use|Running)/;

let host: DevEnvHost;

anewAfterFailure(async (own) => {
  host = await DevEnvHost.start('vscode-devenv', own);
});
afterEach(({ task }) => lastScreenshots(task, [host.code.page], 'hostsCluster/devenv-last'));

/** Makes a DevEnv with what is offered, unless one is there, and waits until it runs. @returns its name */
async function created(): Promise<string> {
  const { page } = host.code;
  const create = page.locator('.welcome-view-content').getByRole('button', { name: 'Create DevEnv' });
  await create.or(host.code.row(isUp)).first().waitFor(patience);
  if (await create.isVisible()) {
    await create.click();
    for (const step of ['(1/4)', '(2/4)', '(3/4)', '(4/4)']) {
      await page.locator('.quick-input-titlebar').filter({ hasText: step }).waitFor(patience);
      await page.waitForTimeout(300);
      await page.keyboard.press('Enter');
    }
  }
  await host.code.row(isUp).waitFor(patience);
  return host.name();
}

it('opens a window in it over the host that it writes: VS Code’s server, a notebook, a terminal and the suite in the pod', async () => {
  const name = await created();
  await host.code.rowAction(/^devenv-/, 'Copy ssh command');
  const copied = host.code.page.locator('.notification-list-item-message').filter({ hasText: 'Copied: ssh' }).first();
  const [, configFile = '', sshHost = ''] =
    /ssh -F "?([^"]+?)"? (\S+)$/.exec((await copied.textContent(patience)) ?? '') ?? [];
  expect(sshHost).toBe(`${name}.test-cluster`);
  const window = new RemoteWindow({ configFile, host: sshHost, env: host.machine.machine.environment });
  await window.install();
  await window.run('mkdir -p study && echo "answer = 42" > study/helper.py');
  const notebook = notebookOf('import helper', 'print(helper.answer)').replaceAll("'", "'\\''");
  await window.run(`printf %s '${notebook}' > study/lab.ipynb`);

  await window.start('packaged');
  const context = await host.browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(window.url('/workspace/study'), patience);
  const place = page.locator('[id="slipway.slipway-vscode.slipway.devEnv"]');
  await place.filter({ hasText: name }).waitFor(patience);
  await page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'lab.ipynb' }).first().dblclick();
  await page
    .locator('.notebook-toolbar-container')
    .getByRole('button', { name: 'Run on GPU cluster' })
    .waitFor(patience);
  await page.locator('.notebook-editor .monaco-list-row .cell-editor-container').first().click();
  await page.keyboard.type('# typed here');
  await expect
    .poll(() => host.inside('cat /run/slipway/activity 2>/dev/null || true'), { ...patience, interval: 1000 })
    .toMatch(/^\d{4}-/);
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').fill('>Terminal: Create New Terminal');
  await page.locator('.quick-input-list .monaco-list-row').first().click();
  await page
    .locator('.terminal .xterm-helper-textarea')
    .first()
    .waitFor({ ...patience, state: 'attached' });
  await page.waitForTimeout(2000);
  await page.keyboard.type('echo $HOSTNAME > terminal.txt\n');
  await expect
    .poll(() => window.run('cat study/terminal.txt 2>/dev/null || true'), { ...patience, interval: 1000 })
    .toBe(`${name}\n`);
  await screenshot(page, 'hostsCluster/devenv-window');
  await page.close();
  await window.end('packaged');

  await window.start('suite');
  const suitePage = await context.newPage();
  const said: string[] = [];
  suitePage.on('console', (message) => said.push(message.text()));
  const ended = new Promise<number>((resolve) => void suitePage.exposeFunction('codeAutomationExit', resolve));
  await suitePage.goto(window.url(window.suiteWorkspace, true), patience);
  const code = await ended;
  const { passes, failures } = await window.report().catch((error: unknown) => {
    throw new Error(`The suite ended with ${code} and no report:\n${said.join('\n')}`, { cause: error });
  });
  expect(failures).toEqual([]);
  expect(passes).toBeGreaterThan(20);
  await context.close();
  await window.end('suite');
});

it('is made from the tree, stopped, started with its files, and deleted for good by who types its name', async () => {
  const { code, machine } = host;
  const name = await created();
  expect(name).toMatch(/^devenv-/);
  await host.inside('echo kept > /workspace/kept.txt');
  const before = await machine.field(`pod/${name}`, '.metadata.uid');

  await code.inlineAction(/^devenv-/, 'Stop DevEnv');
  await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Stop' }).click();
  await code.row(/^devenv-.*stopped/i).waitFor(patience);
  await machine.until('the pod is gone', async () =>
    (await machine.field(`pod/${name}`, '.metadata.uid')) === '' ? true : undefined,
  );
  await screenshot(host.code.page, 'hostsCluster/devenv-stopped');
  await code.inlineAction(/^devenv-/, 'Start DevEnv');
  await code.row(isUp).waitFor(patience);
  expect(await host.inside('cat /workspace/kept.txt')).toBe('kept\n');
  expect(await machine.field(`pod/${name}`, '.metadata.uid')).not.toBe(before);

  await code.rowAction(/^devenv-/, 'Delete DevEnv');
  await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete the workspace, too' }).click();
  await code.page.locator('.quick-input-widget input').fill(name);
  await code.page.keyboard.press('Enter');
  await code.page.locator('.welcome-view-content').getByRole('button', { name: 'Create DevEnv' }).waitFor(patience);
  const left = await machine.kubectl('get', 'pvc,pod,secret', '-l', 'slipway.dev/devenv', '-o', 'name');
  const ending = await machine.field(`pvc/${name}`, '.metadata.deletionTimestamp');
  expect(left.trim() === '' || ending !== '').toBe(true);
});
