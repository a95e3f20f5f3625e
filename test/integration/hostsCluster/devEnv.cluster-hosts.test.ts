import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { DevEnvHost } from './devEnvHost.ts';
import { patienceMs } from './hostViews.ts';

const screenshots = join(import.meta.dirname, '../../../.cache/screenshots/hostsCluster');
const patience = { timeout: patienceMs };

let host: DevEnvHost;

anewAfterFailure(async (own) => {
  host = await DevEnvHost.start('vscode-devenv', own);
});
afterEach(() => shot('last'));

async function shot(name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true });
  await host.code.page.screenshot({ path: join(screenshots, `devenv-${name}.png`) });
}

/** Makes a DevEnv with what is offered, where there is none, and waits until it runs. */
async function create(): Promise<void> {
  const { page } = host.code;
  await page.locator('.welcome-view-content').getByRole('button', { name: 'Create DevEnv' }).click(patience);
  for (const step of ['(1/4)', '(2/4)', '(3/4)', '(4/4)']) {
    await page.locator('.quick-input-titlebar').filter({ hasText: step }).waitFor(patience);
    await page.waitForTimeout(300);
    await page.keyboard.press('Enter');
  }
  await host.code.row(/^devenv-.*(in use|Running)/).waitFor(patience);
}

it('is made from the tree, stopped, started with its files, and deleted for good by who types its name', async () => {
  const { code, machine } = host;
  await create();
  const name = await host.name();
  expect(name).toMatch(/^devenv-/);
  await host.inside('echo kept > /workspace/kept.txt');
  const before = await machine.field(`pod/${name}`, '.metadata.uid');

  await code.inlineAction(/^devenv-/, 'Stop DevEnv');
  await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Stop' }).click();
  await code.row(/^devenv-.*Stopped/).waitFor(patience);
  await machine.until('the pod is gone', async () =>
    (await machine.field(`pod/${name}`, '.metadata.uid')) === '' ? true : undefined,
  );
  await shot('stopped');
  await code.inlineAction(/^devenv-/, 'Start DevEnv');
  await code.row(/^devenv-.*(in use|Running)/).waitFor(patience);
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
