import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { context } from '../cluster/clusterMachine.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { DevEnvHost } from './devEnvHost.ts';
import { patienceMs } from './hostViews.ts';

const patience = { timeout: patienceMs };
const row = /^devenv-/;
/** What a shell, a pattern or a menu may stumble over. */
const awkward = 'réseau $(id) 50% ‘x’.bin';
const large = randomBytes(3 * 1024 * 1024);

const ended = 'echo "begun in $PWD"; until [ -e /workspace/go-on ]; do sleep 0.2; done; exit 7';
/** As a tasks.json has it. */
const task = { type: 'slipway-devenv', label: 'train', command: ended, cwd: 'project', problemMatcher: [] };

let host: DevEnvHost;
let name: string;
/** A job that keeps the DevEnv from being idle. */
let work: string;

anewAfterFailure(async (own) => {
  host = await DevEnvHost.start('vs-actions', own);
  await mkdir(join(host.server.folder, 'data/inner'), { recursive: true });
  await writeFile(join(host.server.folder, 'data', awkward), large);
  await host.server.write('data/inner/empty.txt', '');
  // VS Code takes note of it by itself, in its own time.
  await host.server.write('.vscode/tasks.json', JSON.stringify({ version: '2.0.0', tasks: [task] }));
  await slipway('devenv', 'create', '--idle-stop', '75s');
  const started = await slipway('devenv', 'run', '--title', 'keep', '--output', 'json', '--', 'sleep', '1000');
  work = (JSON.parse(started) as { readonly id: string }).id;
  name = await host.name();
  await host.code.row(/^devenv-.*in use/).waitFor(patience);
});
afterEach(({ task }) => lastScreenshots(task, [host.code.page], 'vscode/devenv-actions-last'));

const input = (): Locator => host.code.page.locator('.quick-input-widget input').first();
const choices = (): Locator => host.code.page.locator('.quick-input-list .monaco-list-row');
const dialog = (): Locator => host.code.page.locator('.monaco-dialog-box');
const terminal = (): Locator => host.code.page.locator('.terminal-wrapper.active .xterm-rows');
const notice = (text: string | RegExp): Locator =>
  host.code.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function slipway(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.machine.slipway(args);
  if (exitCode !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${String(exitCode)}: ${stderr}`);
  return stdout;
}

/** Answers a question for one line of text, once it stands there with such a title. */
async function answer(title: RegExp, text: string): Promise<void> {
  const asked = host.code.page.locator('.quick-input-titlebar').filter({ hasText: title });
  await asked.waitFor(patience);
  await input().fill(text);
  await host.code.page.keyboard.press('Enter');
  await asked.waitFor({ ...patience, state: 'hidden' });
}

/** The jobs of the DevEnv, as its own files tell of them. */
async function jobsInside(): Promise<readonly { readonly title: string; readonly command: readonly string[] }[]> {
  const script =
    'import glob, json; print(json.dumps([json.load(open(p)) for p in glob.glob("/workspace/.slipway/jobs/*/job.json")]))';
  return JSON.parse(await host.inside(`python3 -c '${script}'`)) as { title: string; command: string[] }[];
}

it('sends what is chosen in the explorer, and gets it back, to the byte', async () => {
  const { code, server } = host;
  await code.page.locator('.activitybar').getByRole('tab', { name: 'Explorer' }).click();
  const folder = code.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: 'data' }).first();
  await folder.click({ button: 'right' });
  await code.menuItem('Upload to DevEnv');
  await answer(/Folder in devenv-/, 'in put');
  await notice(/Uploaded to .*2 files/).waitFor(patience);
  const sums = await host.inside('cd "/workspace/in put/data" && sha256sum -b inner/* *.bin');
  expect(sums).toContain(sha256(large));
  expect(sums).toContain(sha256(new Uint8Array()));
  expect(await host.inside('find "/workspace/in put" -type f | wc -l')).toBe('2\n');

  await code.showRuns();
  await code.rowAction(row, 'Upload to DevEnv');
  const upload = code.page.locator('.quick-input-widget').getByRole('button', { name: 'Upload', exact: true });
  await upload.waitFor(patience);
  await choices().filter({ hasText: 'readme.md' }).waitFor(patience);
  await input().fill(join(server.folder, 'readme.md'));
  // Before the dialog has found what is typed it gives the folder.
  await code.page.locator('.quick-input-list .focused').filter({ hasText: 'readme.md' }).waitFor(patience);
  await code.screenshot('devenv-upload');
  await upload.click();
  await answer(/Folder in devenv-/, '/workspace');
  await notice(/Uploaded to .*1 file/).waitFor(patience);
  expect(await host.inside('cat /workspace/readme.md')).toBe('here');

  await code.rowAction(row, 'Download from DevEnv');
  await answer(/File or folder in devenv-/, 'in put/data');
  const here = code.page.locator('.quick-input-widget').getByRole('button', { name: 'Download here' });
  await here.waitFor(patience);
  // It begins in the folder that is open.
  await expect.poll(() => input().inputValue()).toMatch(/notebooks\/?$/);
  await code.screenshot('devenv-download');
  await mkdir(join(server.home, 'back'));
  await choices().filter({ hasText: 'data' }).waitFor(patience);
  await input().fill(`${join(server.home, 'back')}/`);
  await expect.poll(() => choices().allTextContents()).toEqual(['..']);
  await here.click();
  await notice(/Downloaded to .*2 files/).waitFor(patience);
  expect(sha256(await readFile(join(server.home, 'back/data', awkward)))).toBe(sha256(large));
  expect(await readFile(join(server.home, 'back/data/inner/empty.txt'))).toHaveLength(0);
});

it('runs a command that goes on by itself, follows and stops it, and tells how another ended', async () => {
  const { code } = host;
  // Slow enough that the first lines are still on the screen where following begins late.
  const line = 'for i in $(seq 1000); do echo "line $i in $PWD"; sleep 2; done';
  await code.rowAction(row, 'Run a command in DevEnv');
  await answer(/devenv-.*: Run a command/, line);
  await terminal().getByText('line 3 in /workspace').first().waitFor(patience);
  expect((await jobsInside()).find(({ title }) => title === line)?.command).toEqual(['bash', '-lc', line]);
  await code.row(row).first().locator('.monaco-tl-twistie').click();
  await code.row(/for i in.*Running/).waitFor(patience);
  await code.screenshot('devenv-job');
  // Its log is open already, and not a second time.
  await code
    .row(/for i in.*Running/)
    .first()
    .click();
  await code.inlineAction(/for i in/, 'Stop the command');
  await code.row(/for i in.*Stopped/).waitFor(patience);
  await terminal().getByText('The command has ended: Stopped').first().waitFor(patience);
  expect(await code.page.locator('.terminal-wrapper').count()).toBe(1);
  expect(await host.inside('pgrep -fc "[s]eq 1000" || true')).toBe('0\n');
  // Away from the row it is chosen: to stop among those that go on.
  await code.command('Slipway: Open log of the command');
  await code.screenshot('devenv-choose-job');
  await choices().filter({ hasText: 'for i in' }).first().click();
  await code.command('Slipway: Stop the command');
  await code.page.getByText('Which command of devenv-').waitFor(patience);
  expect(await choices().allTextContents()).toEqual([expect.stringContaining('keep')]);
  await code.page.keyboard.press('Escape');
  expect(await code.page.locator('.terminal-wrapper').count()).toBe(1);

  await code.rowAction(row, 'Run a command in DevEnv');
  await answer(/devenv-.*: Run a command/, 'until [ -e /tmp/go ]; do sleep 0.2; done; echo oh no >&2; exit 3');
  // Its log takes the keyboard when it comes.
  await expect.poll(() => code.page.locator('.terminal-wrapper').count()).toBe(2);
  await code.command('Terminal: Kill All Terminals');
  // Who sees the end in its terminal is not told of it.
  await expect.poll(() => code.page.locator('.terminal-wrapper').count()).toBe(0);
  await host.inside('touch /tmp/go');
  await notice(/exit code 3/).waitFor(patience);
  // Who stops one knows that it ends.
  expect(await notice(/Stopped/).count()).toBe(0);
  await code.screenshot('devenv-job-ended');
  await notice(/exit code 3/)
    .getByRole('button', { name: 'Open its log' })
    .click();
  await terminal().getByText('oh no').first().waitFor(patience);
});

it('runs a task of tasks.json there, leaves it running when its terminal goes, finds it again, and ends as it does', async () => {
  const { code } = host;
  await host.inside('mkdir /workspace/project');
  const runTask = async (): Promise<void> => {
    await code.command('Tasks: Run Task');
    await choices().filter({ hasText: 'train' }).first().click();
  };
  await runTask();
  await terminal().getByText('begun in /workspace/project').first().waitFor(patience);
  await code.screenshot('devenv-task');
  await code.command('Terminal: Kill All Terminals');
  await notice(/train goes on in devenv-/).waitFor(patience);
  await code.screenshot('devenv-task-left');
  // Its log takes the place of the notice.
  await notice(/train goes on in devenv-/)
    .getByText('Open its log')
    .click();
  await terminal().getByText('begun in /workspace/project').first().waitFor(patience);
  await notice(/train goes on in devenv-/).waitFor({ ...patience, state: 'detached' });
  await code.command('Terminal: Kill All Terminals');
  const all = (await jobsInside()).filter(({ command }) => command[2] === ended);
  expect(all).toHaveLength(1);

  await runTask();
  await terminal().getByText('It has been running in devenv-').first().waitFor(patience);
  await terminal().getByText('begun in /workspace/project').first().waitFor(patience);
  expect((await jobsInside()).filter(({ command }) => command[2] === ended)).toHaveLength(1);
  await host.inside('touch /workspace/go-on');
  await terminal().getByText('exit code 7').first().waitFor(patience);
  await terminal().getByText('exit code: 7').first().waitFor(patience);
  await code.screenshot('devenv-task-ended');
  await code.command('Terminal: Kill All Terminals');
});

it('measures the way to it, hop by hop', async () => {
  await host.code.rowAction(row, 'Test connection');
  const said = terminal().getByText(/Every part of the way is good|The slow part/);
  await said.first().waitFor(patience);
  await host.code.screenshot('devenv-tested');
});

it('lists the machines that may log in, and takes one off the list', async () => {
  const { code, machine } = host;
  // From now on nobody works there: the last test but one waits for its warning.
  await slipway('devenv', 'stop-job', work);
  const colleague = await machine.colleague();
  await colleague.slipway(['devenv', 'connect', name, '--no-include']);
  const keys = async (): Promise<string[]> => {
    const text = await machine.field(`secret/user-ssh-${name.replace(/^devenv-/, '')}`, '.data.authorized_keys');
    return Buffer.from(text, 'base64').toString().trim().split('\n');
  };
  const own = (await readFile(join(machine.machine.data, 'slipway/ssh/id_ed25519.pub'), 'utf8')).trim();
  expect(await keys()).toHaveLength(2);
  await code.rowAction(row, 'Show devices');
  await choices().nth(1).waitFor(patience);
  await code.screenshot('devenv-devices');
  await choices().filter({ hasNotText: 'this machine' }).first().click();
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await notice(/can no longer log in/).waitFor(patience);
  expect((await keys()).map((line) => line.split(' ')[1])).toEqual([own.split(' ')[1]]);
  await host.insideUntil('/run/slipway/private/authorized_keys', '[ "$(grep -c ssh-ed25519 "$0")" = 1 ]');
  await colleague.machine.dispose();
});

it('takes itself out of the ssh config, and leaves every other byte', async () => {
  const { code, server, machine } = host;
  const config = join(server.home, '.ssh/config');
  const before = Buffer.from('Host old\r\n  User me\r\n# ends without a newline');
  await mkdir(join(server.home, '.ssh'), { mode: 0o700 });
  await writeFile(config, before);
  const connected = machine.machine.start(['devenv', 'connect', name, '--context', context], {
    env: { HOME: server.home },
  });
  expect((await connected.ended).exitCode).toBe(0);
  expect((await readFile(config, 'utf8')).split('\n')[0]).toMatch(/^Include .*slipway\/ssh\/config/);
  await code.command('Slipway: Remove Slipway from the ssh config');
  await dialog().getByRole('button', { name: 'Remove' }).click();
  await notice(/gone from your ssh config/).waitFor(patience);
  await code.screenshot('devenv-ssh-config');
  expect(await readFile(config)).toEqual(before);
});

it('is kept running by who says so when it is about to stop', async () => {
  const { code } = host;
  const status = '/run/slipway/status.json';
  await slipway('devenv', 'stop-job', work);
  await host.insideUntil(status, 'grep -Eqs "\\"stopsAt\\": ?[1-9]" "$0"');
  const warning = notice(/stops in/);
  await warning.waitFor(patience);
  // A list says nothing of it, and takes nothing of it back.
  await code.command('Slipway: Refresh DevEnvs');
  await code.row(/^devenv-.*stops in/).waitFor(patience);
  await code.screenshot('devenv-idle');
  await warning.getByRole('button', { name: 'Keep it running' }).click();
  await notice(/keeps running/).waitFor(patience);
  await host.insideUntil(status, 'grep -Eqs "\\"stopsAt\\": ?null" "$0"');
  await code.row(/^devenv-.*in use/).waitFor(patience);
});

it('opens its JupyterLab in the browser, though this VS Code sends loopback ports through a proxy', async () => {
  const { code } = host;
  await host.inside('touch /workspace/there.txt');
  const opened = code.page.context().waitForEvent('page', patience);
  await code.inlineAction(row, 'Open DevEnv');
  await choices().filter({ hasText: 'Open JupyterLab in the DevEnv' }).click();
  const lab = await opened;
  await lab.locator('.jp-DirListing-item').filter({ hasText: 'there.txt' }).waitFor(patience);
  expect(new URL(lab.url()).hostname).toBe('127.0.0.1');
  expect(new URL(lab.url()).pathname).toBe('/lab');
  await lab.close();
});
