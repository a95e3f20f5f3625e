import type { Browser, BrowserContext } from 'playwright-core';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

/** A report that tries what no report may do, and says in its text what became of it. */
const hostileReport = `
from IPython.display import HTML
HTML('''<p id="verdict">not tried</p><script>
const tried = [];
try { tried.push("parent " + typeof parent.document.title); } catch (error) { tried.push("parent refused"); }
try { tried.push("cookie " + document.cookie.length); } catch (error) { tried.push("cookie refused"); }
fetch("/api/status").then(() => tried.push("fetch done"), () => tried.push("fetch refused"))
  .finally(() => { document.getElementById("verdict").textContent = tried.join(", "); });
</script>''')`;

let server: JupyterServer;
let browser: Browser;
let context: BrowserContext;

anewAfterFailure(async (own) => {
  server = await JupyterServer.create();
  own(() => server.dispose());
  await server.write('good.ipynb', notebookOf('print("fine")', hostileReport));
  await server.write('folder/bad.ipynb', notebookOf('ready = True', 'print("one")\nmissing_name\nprint("three")'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
});
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
});
afterEach(async () => {
  await context.close();
});
explainFailures(
  () => browser,
  () => server,
);

it('a page that was opened before an update says that it is to be loaded anew', async () => {
  const lab = await LabPage.open(context, server, 'lab/tree/good.ipynb');
  await lab.notebookReady();
  const panels = '**/slipway/panels/*';
  await context.route(panels, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await lab.menu('Run', 'Run on GPU cluster with options…');
  await lab.page.locator('.slipway-panel').getByText('did not send what shows runs').waitFor();
  await lab.page.locator('.Toastify__toast').getByText('Reload the page').waitFor();
  await lab.screenshot('panels-missing');
  await context.unroute(panels);
  await lab.page.reload();
  await lab.page.locator('.jp-DirListing-item').filter({ hasText: 'good.ipynb' }).dblclick();
  await lab.notebookReady();
  await lab.menu('Run', 'Run on GPU cluster with options…');
  const form = lab.page.locator('slipway-run-form');
  await form.getByRole('button', { name: /^Run/ }).first().waitFor();
});

describe('a run that passed', () => {
  it('has its report in a sandbox, its notebook and its log in JupyterLab', async () => {
    const lab = await LabPage.open(context, server, 'lab/tree/good.ipynb');
    await lab.notebookReady();
    await lab.runButton.click();
    await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
    await lab.detail.locator('button.file').filter({ hasText: '.html' }).first().click();
    const frame = lab.page.frameLocator('.slipway-report iframe').locator('iframe');
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    const verdict = lab.report.locator('#verdict');
    await verdict.filter({ hasText: 'fetch' }).waitFor({ timeout: 120_000 });
    expect(await verdict.textContent()).toBe('parent refused, cookie refused, fetch refused');
    await lab.screenshot('report');

    await lab.showTab('good.ipynb', 1);
    await lab.detail.locator('button.file').filter({ hasText: '.ipynb' }).first().click();
    const executed = lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
    await executed.getByText('fine').first().waitFor({ timeout: 120_000 });
    await executed.getByText('No Kernel').first().waitFor();
    await lab.screenshot('executed-notebook');

    await lab.showSidePanel();
    await lab.row('passed').hover();
    await lab.row('passed').getByLabel('Logs').click();
    await lab.page.locator('slipway-log-view').getByText('fine').first().waitFor({ timeout: 120_000 });
    await lab.screenshot('logs');
  });

  it('is told to be older by and by, also where nothing happens', async () => {
    await context.clock.install();
    const lab = await LabPage.open(context, server, 'lab/tree/good.ipynb');
    await lab.notebookReady();
    await lab.runButton.click();
    await lab.showSidePanel();
    const when = lab.row('passed').first().locator('.slipway-when');
    await when.waitFor({ timeout: 180_000 });
    await context.clock.fastForward('20:00');
    await expect.poll(() => when.textContent()).toMatch(/^2\d min ago$/);
  });
});

describe('a run that failed', () => {
  it('leads to the failing line in my own notebook, and is tried again', async () => {
    const lab = await LabPage.open(context, server, 'lab/tree/folder/bad.ipynb');
    await lab.notebookReady();
    await lab.runButton.click();
    await lab.detail.getByText('NameError').first().waitFor({ timeout: 180_000 });
    await lab.screenshot('failed');
    await lab.detail.getByRole('button', { name: 'Open failing cell' }).click();
    await lab.page
      .locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active')
      .filter({ hasText: 'missing_name' })
      .waitFor();
    await lab.page.locator('.jp-StatusBar-Widget, #jp-main-statusbar').getByText('Ln 2, Col 1').waitFor();
    await lab.screenshot('failing-cell');

    await lab.typeInto(1, 'print("repaired")');
    await lab.runButton.click();
    await lab.showSidePanel();
    await lab.row('passed').first().waitFor({ timeout: 180_000 });
  });
});

describe('the form', () => {
  it('shows what will run, and runs it with a changed parameter', async () => {
    const lab = await LabPage.open(context, server, 'lab/tree/good.ipynb');
    await lab.notebookReady();
    await lab.menu('Run', 'Run on GPU cluster with options…');
    const form = lab.page.locator('slipway-run-form');
    await form.getByRole('button', { name: /^Run/ }).first().waitFor({ timeout: 120_000 });
    await lab.screenshot('form');
  });
});
