import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';

const helper = `def double(x):
    return 2 * x


def unused():
    return 0
`;
const test = `from helper import double


def test_double():
    assert double(2) == 4


def test_wrong():
    assert double(2) == 5
`;

let server: CodeServer;
let browser: Browser;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), isWhole: true });
  own(() => server.dispose());
  await server.write(
    'analysis.ipynb',
    notebookOf('print("first")', 'print("as saved")', server.gate('open'), 'print("the end")'),
  );
  await server.write('helper.py', helper);
  await server.write('tests/test_double.py', test);
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
});

it('runs what the editor shows, unsaved, and shows how far it is and what it left', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const code = await CodePage.open(context, server);
  try {
    await pressAndWatch(code);
    await lookAtResults(code);
  } finally {
    await code.screenshot('run-notebook-last');
  }
  expect(code.violations).toEqual([]);
  await context.close();
});

async function pressAndWatch(code: CodePage): Promise<void> {
  await code.openNotebook('analysis.ipynb');
  await code.screenshot('before');
  await code.typeInto(1, 'print("as edited")');
  await code.runButton.click();
  await code.statusItem.filter({ hasText: /cell 3\/4.*\d+s/ }).waitFor({ timeout: 180_000 });
  await code.showRuns();
  await code.row(/analysis\.ipynb.*Running/).waitFor({ timeout: 120_000 });
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('Running').first().waitFor();
  await code.screenshot('running');

  await code.rowAction(/analysis\.ipynb/, 'Open executed notebook');
  await code.page.locator('.tab.active').filter({ hasText: 'analysis_output.ipynb' }).waitFor();
  await code.output('as edited');
  await code.row(/analysis\.ipynb.*Running/).waitFor();
  await code.screenshot('executed-while-running');
  await server.write('open', '');
  // The editor shows what the last cell printed without being asked to.
  await code.output('the end');
  await code.row(/analysis\.ipynb.*Failed/).waitFor({ timeout: 240_000 });
}

async function lookAtResults(code: CodePage): Promise<void> {
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'analysis.ipynb: Failed' });
  await toast.getByRole('button', { name: 'Open run' }).click();
  const detail = await code.panel('slipway-run-detail');
  await detail.getByText('Failed').first().waitFor();
  await code.screenshot('tests-failed');
  await code.rowAction(/analysis\.ipynb/, 'Open report');
  await (await code.report('body.jp-Notebook')).getByText('as edited', { exact: true }).waitFor();
  await code.screenshot('report');

  await code.rowAction(/analysis\.ipynb/, 'Show test results and coverage');
  const tests = code.page.locator('.test-explorer');
  await tests.getByText('1/2').first().waitFor();
  await tests.locator('.monaco-list-row').filter({ hasText: 'analysis.ipynb' }).click();
  await code.page.keyboard.press('*');
  await tests.getByText('test_wrong').first().waitFor();
  await code.page.locator('.test-coverage-list-item').filter({ hasText: 'helper.py' }).click();
  await code.page.locator('.tab.active').filter({ hasText: 'helper.py' }).waitFor();
  await code.page.locator('.line-numbers.coverage-deco-hit').filter({ hasText: '2' }).waitFor();
  await code.page.locator('.line-numbers.coverage-deco-miss').filter({ hasText: '6' }).waitFor();
  await code.screenshot('tests');

  const [run = ''] = await readdir(server.runs);
  const executed = await readFile(join(server.runs, run, 'output/analysis_output.ipynb'), 'utf8');
  expect(executed).toContain('as edited');
  expect(executed).not.toContain('as saved');
  expect(await readFile(join(server.folder, 'analysis.ipynb'), 'utf8')).toContain('as saved');
}
