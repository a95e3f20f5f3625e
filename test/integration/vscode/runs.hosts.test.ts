import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { coresOf } from './processes.ts';

let server: CodeServer;
let browser: Browser;
let code: CodePage;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({
    vsix: prepared('SLIPWAY_TEST_VSIX'),
    // Drawn by a graphics processor a terminal has no text in the page.
    settings: { 'workbench.colorTheme': 'Default Dark Modern', 'terminal.integrated.gpuAcceleration': 'off' },
  });
  own(() => server.dispose());
  await server.write('good.ipynb', notebookOf('import time', 'time.sleep(6)', 'print(1)'));
  await server.write('bad.ipynb', notebookOf('counts = {}', 'a = 1\ncounts["missing"]'));
  await server.write('helper.py', 'def double(x):\n    return 2 * x\n\n\ndef unused():\n    return 0\n');
  await server.write(
    'tests/test_double.py',
    'from helper import double\n\n\ndef test_double():\n    assert double(2) == 4\n',
  );
  await server.write('waits.ipynb', notebookOf('print("begin")', server.gate('never')));
  await server.write(
    'sum.ipynb',
    notebookOf('n = 1  # how many', 'print("n is", n)').replace('"metadata":{}', '"metadata":{"tags":["parameters"]}'),
  );
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  code = await CodePage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server);
});
afterEach(() => code.screenshot('runs-last'));

it('loses nothing when the core dies in mid-run, and opens the executed notebook', async () => {
  await code.openNotebook('good.ipynb');
  await code.runButton.click();
  await code.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 240_000 });
  await code.showRuns();
  const [first] = coresOf(server.home);
  if (first === undefined) throw new Error('There is no core.');
  process.kill(first, 'SIGKILL');
  await code.row(/good\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
  expect(coresOf(server.home)).toHaveLength(1);
  expect(coresOf(server.home)).not.toContain(first);
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('Passed').first().waitFor();
  await code.screenshot('passed-dark');

  await code.rowAction(/good\.ipynb/, 'Open executed notebook');
  await code.page.locator('.tab.active').filter({ hasText: 'good_output.ipynb' }).waitFor();
  await code.page.locator('.notebook-editor .code-cell-row').first().waitFor();
  await code.screenshot('executed-notebook');
});

it('opens the cell that failed in the notebook and marks its line', async () => {
  await code.tidy();
  await code.openNotebook('bad.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/bad\.ipynb.*Failed/).waitFor({ timeout: 240_000 });
  await code.screenshot('failed-dark');
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'bad.ipynb: Failed' });
  await toast.getByRole('button', { name: 'Open failing cell' }).click();
  await code.page.locator('.tab.active').filter({ hasText: 'bad.ipynb' }).waitFor();
  await code.page.locator('.notebook-editor [data-index="1"] .squiggly-error').first().waitFor();
  await code.screenshot('failed-cell');
  expect(await readdir(server.runs)).not.toHaveLength(0);
});

it('follows a log in a terminal, cancels from the row and from the panel, runs again, deletes', async () => {
  await code.tidy();
  await code.openNotebook('waits.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/waits\.ipynb.*Running/).waitFor({ timeout: 180_000 });
  await code.rowAction(/waits\.ipynb/, 'Follow log in a terminal');
  await code.page.locator('.terminal .xterm-rows').getByText('begin').first().waitFor({ timeout: 120_000 });
  await code.screenshot('follow-log');
  await code.inlineAction(/waits\.ipynb/, 'Cancel run');
  await code.row(/waits\.ipynb.*Cancelled/).waitFor({ timeout: 120_000 });

  await code.command('View: Close All Editors');
  await code.inlineAction(/waits\.ipynb/, 'Rerun');
  await code.row(/waits\.ipynb.*Running/).waitFor({ timeout: 180_000 });
  const detail = await code.panel('slipway-run-detail');
  await detail.getByRole('button', { name: 'Cancel', exact: true }).click();
  await detail.getByRole('button', { name: 'Cancel the run' }).click();
  await code
    .row(/waits\.ipynb.*Cancelled/)
    .nth(1)
    .waitFor({ timeout: 120_000 });

  const runs = await readdir(server.runs);
  await code.rowAction(/waits\.ipynb/, 'Delete run');
  await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => code.row(/waits\.ipynb/).count(), { timeout: 120_000 }).toBe(1);
  await expect.poll(() => readdir(server.runs)).toHaveLength(runs.length - 1);
});

it('tries again from the step that failed, and keeps what the steps before it made', async () => {
  await code.tidy();
  // Only now: it fails the runs of all notebooks beside it.
  await server.write(
    'tests/test_gate.py',
    `import pathlib\n\n\ndef test_gate():\n    assert pathlib.Path(${JSON.stringify(join(server.home, 'repaired'))}).exists()\n`,
  );
  await code.openNotebook('sum.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/sum\.ipynb.*Failed/).waitFor({ timeout: 240_000 });
  // Beside the folder: of a notebook whose files have changed a step is not taken over.
  await writeFile(join(server.home, 'repaired'), '');
  await code.rowAction(/sum\.ipynb/, 'Retry from the step that failed');
  await code.row(/sum\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
  const files = (await readdir(server.runs)).map((run) => readFile(join(server.runs, run, 'run.json'), 'utf8'));
  const runs = (await Promise.all(files)).map((text) => JSON.parse(text) as { reuse?: { steps: string[] } });
  expect(runs.flatMap(({ reuse }) => reuse?.steps ?? [])).toContain('notebook');
  expect(code.violations).toEqual([]);
});
