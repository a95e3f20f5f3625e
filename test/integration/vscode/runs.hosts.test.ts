import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { coresOf } from './processes.ts';

let server: CodeServer;
let browser: Browser;
let code: CodePage;
/** Whether the window takes the folder for one to start runs from. */
let isTrusted = false;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({
    vsix: prepared('SLIPWAY_TEST_VSIX'),
    asksForTrust: true,
    settings: {
      'workbench.colorTheme': 'Default Dark Modern',
      // Drawn by a graphics processor a terminal has no text in the page.
      'terminal.integrated.gpuAcceleration': 'off',
      'security.workspace.trust.startupPrompt': 'never',
      'workbench.editor.useModal': 'off',
    },
  });
  own(() => server.dispose());
  isTrusted = false;
  await server.write('short.ipynb', notebookOf('print(6 * 7)'));
  await server.write('good.ipynb', notebookOf('import time', 'time.sleep(6)', 'print(1)'));
  // Longer than the window is high.
  const long = Array.from({ length: 90 }, (_, at) => (at === 70 ? 'counts["missing"]' : `a_${at} = ${at}`));
  await server.write('bad.ipynb', notebookOf('counts = {}', long.join('\n')));
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
afterEach(({ task }) => lastScreenshots(task, [code.page], 'vscode/runs-last'));

/** Has the folder trusted, by the button that stands in the list of runs until it is. */
async function trust(): Promise<void> {
  if (isTrusted) return;
  await code.showRuns();
  const welcome = code.page.locator('.welcome-view').filter({ hasText: 'Runs can be looked at' });
  await welcome.waitFor();
  await code.row('local').waitFor();
  await code.screenshot('not-trusted');
  await welcome.getByRole('button', { name: 'Manage workspace trust' }).click();
  await code.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  isTrusted = true;
}

/** What the one before has left is closed, and after a failure everything begins anew. */
async function openAfterOthers(name: string): Promise<void> {
  await trust();
  await code.tidy();
  await code.openNotebook(name);
  await expect.poll(() => code.runButton.getAttribute('aria-disabled')).not.toBe('true');
}

it('starts no run from a workspace that is not trusted, until it is', async () => {
  await code.openNotebook('short.ipynb');
  expect(await code.runButton.getAttribute('aria-disabled')).toBe('true');
  await trust();
  await code.page.locator('.tab').filter({ hasText: 'short.ipynb' }).click();
  await expect.poll(() => code.runButton.getAttribute('aria-disabled'), { timeout: 120_000 }).not.toBe('true');
  await code.runButton.click();
  await code.row(/short\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
});

it('loses nothing when the core dies in mid-run, and opens the executed notebook', async () => {
  await openAfterOthers('good.ipynb');
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
  await openAfterOthers('bad.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/bad\.ipynb.*Failed/).waitFor({ timeout: 240_000 });
  await code.screenshot('failed-dark');
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'bad.ipynb: Failed' });
  await toast.getByRole('button', { name: 'Open failing cell' }).click();
  await code.page.locator('.tab.active').filter({ hasText: 'bad.ipynb' }).waitFor();
  const mark = code.page.locator('.notebook-editor [data-index="1"] .squiggly-error').first();
  const inSight = async (): Promise<boolean> => {
    const [shown, window] = [
      await mark.boundingBox(),
      await code.page.locator('.notebook-editor').first().boundingBox(),
    ];
    return shown !== null && window !== null && shown.y > window.y && shown.y < window.y + window.height;
  };
  await expect.poll(inSight).toBe(true);
  await code.screenshot('failed-cell');
  expect(await readdir(server.runs)).not.toHaveLength(0);
});

it('follows a log in a terminal, cancels from the row and from the panel, runs again, deletes', async () => {
  await openAfterOthers('waits.ipynb');
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
  // Only now: it fails the runs of all notebooks beside it.
  await server.write(
    'tests/test_gate.py',
    `import pathlib\n\n\ndef test_gate():\n    assert pathlib.Path(${JSON.stringify(join(server.home, 'repaired'))}).exists()\n`,
  );
  await openAfterOthers('sum.ipynb');
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

it('tells of a run in Chinese, what the core says of its steps too, in a window that speaks it', async () => {
  await openAfterOthers('short.ipynb');
  await code.showRuns();
  const passed = code.row(/short\.ipynb.*Passed/).first();
  if (!(await passed.isVisible())) await code.runButton.click();
  await passed.waitFor({ timeout: 240_000 });
  await server.speakChinese();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
  const chinese = await CodePage.open(context, server);
  await chinese.showRuns();
  await chinese
    .row(/short\.ipynb.*通过/)
    .first()
    .click();
  const detail = await chinese.panel('slipway-run-detail');
  await detail
    .getByText(/沿用 Python|沿用已有环境|已构建环境/)
    .first()
    .waitFor();
  await detail
    .getByText(/\d 个产物，/)
    .first()
    .waitFor();
  await chinese.screenshot('chinese');
  await context.close();
});
