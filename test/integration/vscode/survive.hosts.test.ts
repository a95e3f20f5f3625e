import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { isAlive } from '../hosts/hostProcess.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { coresOf, extensionHostsOf, serversOf } from './processes.ts';
import { recordStatusItem } from './statusRecord.ts';

const lines = 40;
const runningAt = /Running at (\d\d:\d\d:\d\d)/;
const begin = `for line in range(${lines / 2}):
    print("line", line, "of the" + " log", flush=True)`;
const end = `for line in range(${lines / 2}, ${lines}):
    print("line", line, "of the" + " log", flush=True)`;

let server: CodeServer;
let browser: Browser;
let context: BrowserContext;
/** The window that all tests begin with: it goes on through what becomes of its hosts. */
let code: CodePage;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), installsItself: true });
  own(() => server.dispose());
  await server.write('one.ipynb', notebookOf('print("of one")'));
  await server.write('two.ipynb', notebookOf('print("of two")'));
  await server.write('host.ipynb', notebookOf(begin, server.gate('host'), end));
  await server.write('uninstalled.ipynb', notebookOf(begin, server.gate('uninstalled'), end));
  await server.write('server.ipynb', notebookOf(begin, server.gate('server'), end));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  code = await CodePage.open(context, server);
});
afterEach(async ({ task }) => {
  await lastScreenshots(task, context.pages(), `vscode/${task.name.replaceAll(/\W+/g, '-')}`);
});

it('a run outlives the extension host, and its panel the reload of the page', async () => {
  await startUntilGate('host');
  const [host] = extensionHostsOf(server.home);
  const [core] = coresOf(server.home);
  if (host === undefined || core === undefined) throw new Error('There is no extension host with a core.');
  const status = await recordStatusItem(code.page);
  process.kill(host, 'SIGKILL');
  // VS Code starts another by itself. What the first has shown stays there until then: news come from the new core.
  await expect.poll(() => coresOf(server.home).filter((id) => id !== core), { timeout: 180_000 }).toHaveLength(1);
  expect(extensionHostsOf(server.home)).not.toContain(host);
  await code.page.locator('.statusbar').getByText('Restarting').waitFor({ state: 'hidden', timeout: 120_000 });
  await code.statusItem.filter({ hasText: /cell 2\/3/ }).waitFor({ timeout: 180_000 });
  await code.screenshot('extension-host-restarted');
  // Never as if nothing went on.
  expect(await status.shown()).toEqual(['loading', 'gone', 'sync', 'loading']);
  // VS Code leaves the panel of the dead host where it is.
  await (
    await code.panel('slipway-run-detail')
  )
    .getByText(/^The connection to Slipway is broken. What is shown is as of \d\d:\d\d:\d\d/)
    .waitFor({ timeout: 60_000 });
  await code.hasNoted('slipway.run');
  await code.reload();
  const restored = await code.panel('slipway-run-detail');
  await restored.getByText('host.ipynb').first().waitFor();
  await restored
    .getByText(/cell 2 of 3/)
    .first()
    .waitFor();
  await server.write('host', '');
  await restored.getByText('Passed').first().waitFor({ timeout: 240_000 });
  expectWhole(await savedLog('host'));
});

it('says as of when it knows of a run while the core or code-server is gone, and goes on when they are back', async () => {
  await code.tidy();
  await startUntilGate('server');
  await code.showRuns();
  await withoutCore();

  const before = [...coresOf(server.home), ...extensionHostsOf(server.home), ...serversOf(server.home)];
  expect(before.length).toBeGreaterThanOrEqual(3);
  // Its own parent would end it in an orderly way.
  for (const id of serversOf(server.home)) process.kill(id, 'SIGKILL');
  await server.end();
  await expect.poll(() => before.filter(isAlive), { timeout: 120_000 }).toEqual([]);
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('The connection to Slipway is broken').waitFor({ timeout: 60_000 });
  await detail.getByText(runningAt).first().waitFor();
  await code.screenshot('code-server-gone');
  await server.start();
  // VS Code's own.
  await code.page.getByRole('button', { name: 'Reload Window' }).click({ timeout: 120_000 });
  await code.statusItem.filter({ hasText: /cell 2\/3/ }).waitFor({ timeout: 180_000 });
  await server.write('server', '');
  await code.row(/server\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'server.ipynb: Passed' });
  await toast.getByRole('button', { name: 'Open run' }).click();
  expectWhole(await savedLog('server'));
});

it('two windows that press at once have both runs, and one of them tells of each end', async () => {
  await code.tidy();
  const second = await CodePage.open(context, server);
  // It begins with what the first had open when VS Code last took note of it.
  await second.tidy();
  const windows = [code, second];
  await code.openNotebook('one.ipynb');
  await second.openNotebook('two.ipynb');
  await Promise.all([code.runButton.click(), second.runButton.click()]);
  for (const window of windows) {
    await window.showRuns();
    for (const name of ['one', 'two'])
      await window.row(new RegExp(`${name}\\.ipynb.*Passed`)).waitFor({ timeout: 240_000 });
    expect(await window.row(/(one|two)\.ipynb.*Passed/).count()).toBe(2);
  }
  expect(coresOf(server.home)).toHaveLength(2);
  // A window that was to tell of the other's end would have done so until its log has come.
  const told = await Promise.all(
    windows.map(async (window) => {
      const detail = await window.panel('slipway-run-detail');
      await detail.getByRole('tab', { name: 'Logs' }).click();
      await detail.getByText('Complete').waitFor({ timeout: 120_000 });
      return window.notifications();
    }),
  );
  for (const name of ['one', 'two'])
    expect(told.flat().filter((text) => text.includes(`${name}.ipynb: Passed`))).toHaveLength(1);
  await second.page.close();
});

it('leaves nothing of the extension that code-server installed when it is uninstalled, and every run, also one that goes on', async () => {
  await code.tidy();
  await startUntilGate('uninstalled');
  await context.close();
  const runs = await readdir(server.runs);
  expect((await ofSlipway()).some((path) => path.includes('globalStorage'))).toBe(true);
  await server.end();
  await server.uninstall('slipway.slipway-vscode');
  // VS Code's server removes at its start what it has marked before. It marks at its start, too, and on a busy machine too late for that one.
  let left = await leftAfterStart(60_000);
  if (left.length > 0) {
    await context.close();
    await server.end();
    left = await leftAfterStart(180_000);
  }
  if (left.length > 0) throw new Error(`${left.slice(0, 9).join(', ')} … are left. ${await serversWords()}`);
  expect(await readdir(server.runs)).toEqual(runs);
  await server.write('uninstalled', '');
  const run = join(server.runs, runs.find((name) => name.startsWith('uninstalled-')) ?? '');
  const lastEvent = async () => (await readFile(join(run, 'events.jsonl'), 'utf8')).trim().split('\n').at(-1) ?? '';
  await expect.poll(lastEvent, { timeout: 240_000 }).toMatch(/"finished".*"succeeded"/);
  expectWhole(await readFile(join(run, 'logs/notebook.log'), 'utf8'));
});

/** What VS Code's own folders hold of the extension. Its logs of past windows VS Code keeps for all extensions alike. */
async function ofSlipway(): Promise<string[]> {
  const paths = await readdir(join(server.home, 'vscode'), { recursive: true });
  return paths.filter((path) => /slipway/i.test(path) && !/^user[\\/]logs[\\/]/.test(path));
}

/** Starts code-server and opens a window; resolves to what is left of the extension after that time in milliseconds. */
async function leftAfterStart(timeout: number): Promise<readonly string[]> {
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const answer = await page.goto(`${server.url}?folder=${server.folder}`, { timeout: 180_000 });
  expect(answer?.status()).toBe(200);
  return expect
    .poll(ofSlipway, { timeout })
    .toEqual([])
    .then(() => [], ofSlipway);
}

/** What VS Code's server wrote, the newest at the end. */
async function serversWords(): Promise<string> {
  const logs = join(server.home, 'vscode/user/logs');
  const files = (await readdir(logs, { recursive: true })).filter((path) => path.endsWith('remoteagent.log')).sort();
  const texts = await Promise.all(files.map((path) => readFile(join(logs, path), 'utf8')));
  const removed = await readFile(join(server.home, 'vscode/extensions/.obsolete'), 'utf8').catch(String);
  return [removed, texts.join('\n').slice(-3000), server.log.slice(-3000)].join('\n');
}

/** What is shown while no core can be started, and once it can be again. */
async function withoutCore(): Promise<void> {
  const extensions = join(server.home, 'vscode/extensions');
  const extension = (await readdir(extensions)).find((name) => name.startsWith('slipway.')) ?? '';
  const script = join(extensions, extension, 'dist/core/slipway.js');
  await rename(script, `${script}.away`);
  for (const core of coresOf(server.home)) process.kill(core, 'SIGKILL');
  const detail = await code.panel('slipway-run-detail');
  await code.row(/local: Not reachable.*as of \d\d:\d\d:\d\d/).waitFor({ timeout: 60_000 });
  await code.row(/server\.ipynb.*Running at \d\d:/).waitFor({ timeout: 60_000 });
  await code.statusItem.filter({ hasText: runningAt }).waitFor({ timeout: 60_000 });
  await detail.getByText(runningAt).first().waitFor({ timeout: 60_000 });
  expect(await detail.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
  await code.screenshot('core-gone');
  // It is tried for several times meanwhile, in vain; the time stays that of the loss.
  const time = async (): Promise<string | undefined> =>
    runningAt.exec((await code.statusItem.textContent()) ?? '')?.[1];
  const lostAt = await time();
  await code.page.waitForTimeout(4_000);
  expect(await time()).toBe(lostAt);

  await rename(`${script}.away`, script);
  await code.row('local: Not reachable').waitFor({ state: 'hidden', timeout: 120_000 });
  await code.row(/server\.ipynb.*Running · cell 2\/3/).waitFor({ timeout: 60_000 });
  await code.statusItem.filter({ hasText: /^\s*notebook · cell 2\/3/ }).waitFor({ timeout: 60_000 });
  await detail.getByText(runningAt).waitFor({ state: 'hidden', timeout: 60_000 });
  expect(await detail.getByRole('button', { name: 'Cancel' }).isEnabled()).toBe(true);
}

async function startUntilGate(name: string): Promise<void> {
  await code.openNotebook(`${name}.ipynb`);
  await code.runButton.click();
  await code.statusItem.filter({ hasText: /cell 2\/3/ }).waitFor({ timeout: 240_000 });
}

/** The log of the run whose detail is open, as its button saves it. */
async function savedLog(name: string): Promise<string> {
  const detail = await code.panel('slipway-run-detail');
  await detail.getByRole('tab', { name: 'Logs' }).click();
  await detail.getByText('Complete').waitFor({ timeout: 120_000 });
  await detail.getByRole('button', { name: 'Download' }).click();
  const input = code.page.locator('.quick-input-widget input[type="text"]');
  await expect.poll(() => input.inputValue(), { timeout: 120_000 }).toMatch(/\.log$/);
  await code.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
  const saved = async (): Promise<string> => {
    const file = (await readdir(server.folder)).find((each) => each.startsWith(`${name}-`) && each.endsWith('.log'));
    return file === undefined ? '' : readFile(join(server.folder, file), 'utf8');
  };
  await expect.poll(saved, { timeout: 120_000 }).not.toBe('');
  return saved();
}

function expectWhole(log: string): void {
  const found = [...log.matchAll(/line (\d+) of the log/g)].map(([, number]) => Number(number));
  expect(found).toEqual(Array.from({ length: lines }, (_, index) => index));
}
