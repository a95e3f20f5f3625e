import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
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
/** The page that tests share, each with a notebook of its own. */
let lab: LabPage;
/** Of a test that has a page of its own. */
let apart: BrowserContext | undefined;

anewAfterFailure(async (own) => {
  server = await JupyterServer.create();
  own(() => server.dispose());
  await server.write('analysis.ipynb', notebookOf('import time', 'print("as saved")', 'time.sleep(3)', 'print("end")'));
  await server.write('good.ipynb', notebookOf('print("fine")', hostileReport));
  await server.write('folder/bad.ipynb', notebookOf('ready = True', 'print("one")\nmissing_name\nprint("three")'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  lab = await LabPage.open(await newContext(), server, 'lab');
});
afterEach(async () => {
  await apart?.close();
  apart = undefined;
});
explainFailures(
  () => browser,
  () => server,
);

function newContext(): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1440, height: 900 } });
}

describe('a run', () => {
  it('is of what is on the screen, unsaved, shows itself live and says how it ended', async () => {
    await lab.openNotebook('analysis.ipynb');
    await lab.showSidePanel();
    await lab.screenshot('before');
    await lab.typeInto(1, 'print("as edited")');
    await lab.runButton.click();
    await lab.row('running').waitFor({ timeout: 120_000 });
    await lab.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 120_000 });
    await lab.screenshot('running');
    await lab.row('passed').waitFor({ timeout: 180_000 });
    await lab.page.locator('.Toastify__toast').filter({ hasText: 'Passed' }).waitFor();
    await lab.screenshot('passed');

    const [run = ''] = await readdir(join(server.dataHome, 'slipway/runs'));
    const folder = join(server.dataHome, 'slipway/runs', run);
    expect(await readFile(join(folder, 'output/analysis_output.ipynb'), 'utf8')).toContain('as edited');
    expect(await readFile(join(folder, 'run.json'), 'utf8')).not.toContain(server.token);
    expect(await readFile(join(server.folder, 'analysis.ipynb'), 'utf8')).toContain('as saved');
    expect(lab.errors).toEqual([]);
  });
});

describe('a run that passed', () => {
  it('has its report in a sandbox, its notebook and its log in JupyterLab, and is told to be older by and by, also where nothing happens', async () => {
    await lab.openNotebook('good.ipynb');
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
    const row = lab.row('passed').filter({ hasText: 'good.ipynb' });
    await row.hover();
    await row.getByLabel('Logs').click();
    await lab.page.locator('slipway-log-view').getByText('fine').first().waitFor({ timeout: 120_000 });
    await lab.screenshot('logs');

    apart = await newContext();
    await apart.clock.install();
    const page = await LabPage.open(apart, server, 'lab');
    await page.showSidePanel();
    const when = page.row('passed').filter({ hasText: 'good.ipynb' }).locator('.slipway-when');
    await when.waitFor({ timeout: 180_000 });
    await apart.clock.fastForward('20:00');
    await expect.poll(() => when.textContent()).toMatch(/^2\d min ago$/);
  });
});

describe('a run that failed', () => {
  it('leads to the failing line in my own notebook, and is tried again', async () => {
    await lab.openNotebook('folder/bad.ipynb');
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
    await lab.row('passed').filter({ hasText: 'bad.ipynb' }).waitFor({ timeout: 180_000 });
  });
});

describe('the form', () => {
  it('shows what will run, and runs it with a changed parameter', async () => {
    await lab.openNotebook('good.ipynb');
    await lab.menu('Run', 'Run on GPU cluster with options…');
    const form = lab.page.locator('slipway-run-form');
    await form.getByRole('button', { name: /^Run/ }).first().waitFor({ timeout: 120_000 });
    await lab.screenshot('form');
  });
});

it('a page that was opened before an update says that it is to be loaded anew', async () => {
  apart = await newContext();
  const page = await LabPage.open(apart, server, 'lab/tree/good.ipynb');
  await page.notebookReady();
  const panels = '**/slipway/panels/*';
  await apart.route(panels, (route) => route.fulfill({ status: 404, body: 'Not found' }));
  await page.menu('Run', 'Run on GPU cluster with options…');
  await page.page.locator('.slipway-panel').getByText('did not send what shows runs').waitFor();
  await page.page.locator('.Toastify__toast').getByText('Reload the page').waitFor();
  await page.screenshot('panels-missing');
  await apart.unroute(panels);
  await page.page.reload();
  await page.page.locator('.jp-DirListing-item').filter({ hasText: 'good.ipynb' }).dblclick();
  await page.notebookReady();
  await page.menu('Run', 'Run on GPU cluster with options…');
  const form = page.page.locator('slipway-run-form');
  await form.getByRole('button', { name: /^Run/ }).first().waitFor();
});

it('speaks Chinese where JupyterLab does', async () => {
  await server.chooseLanguage('zh_CN');
  apart = await newContext();
  const page = await LabPage.open(apart, server, 'lab/tree/good.ipynb');
  await page.notebookReady();
  await page.runButton.getByText('在 GPU 集群上运行').waitFor();
  await page.runButton.click();
  await page.detail
    .getByText(/\d 个产物，/)
    .first()
    .waitFor({ timeout: 180_000 });
  await page.detail
    .getByText(/沿用 Python|沿用已有环境|已构建环境/)
    .first()
    .waitFor();
  await page.showSidePanel();
  await page.screenshot('chinese');
  await server.chooseLanguage('default');
});
