import type { Browser } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';

let server: CodeServer;
let browser: Browser;
let code: CodePage;

anewAfterFailure(async (own) => {
  server = await CodeServer.create({
    vsix: prepared('SLIPWAY_TEST_VSIX'),
    asksForTrust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'workbench.editor.useModal': 'off' },
  });
  own(() => server.dispose());
  await server.write('short.ipynb', notebookOf('print(6 * 7)'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  code = await CodePage.open(context, server);
});
afterEach(async () => {
  await code.screenshot('workspace-last');
});

it('starts no run from a workspace that is not trusted, until it is; tells of it in Chinese where the window is', async () => {
  await code.openNotebook('short.ipynb');
  expect(await code.runButton.getAttribute('aria-disabled')).toBe('true');
  await code.showRuns();
  const welcome = code.page.locator('.welcome-view').filter({ hasText: 'Runs can be looked at' });
  await welcome.waitFor();
  await code.row('local').waitFor();
  await code.screenshot('not-trusted');
  await welcome.getByRole('button', { name: 'Manage workspace trust' }).click();
  await code.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await code.page.locator('.tab').filter({ hasText: 'short.ipynb' }).click();
  await expect.poll(() => code.runButton.getAttribute('aria-disabled'), { timeout: 120_000 }).not.toBe('true');
  await code.runButton.click();
  await code.row(/short\.ipynb.*Passed/).waitFor({ timeout: 240_000 });

  // A window that speaks Chinese tells of that run in Chinese, what the core says of its steps too.
  await server.speakChinese();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
  const chinese = await CodePage.open(context, server);
  await chinese.showRuns();
  await chinese.row(/short\.ipynb.*通过/).click();
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
