import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { explainFailures } from './evidence.ts';
import { addMemoryDrive } from './memoryDrive.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { Listener } from '../hosts/listener.ts';
import { notebookOf } from './notebooks.ts';

const markup = '<img src=x onerror=window.caught=1> 100% & "q" #1?';
const folder = `sub <b>&amp; 日本`;
const link = 'javascript:window.caught=1';
const bytes = 10_000_000;

/** Outputs that would do something, were they more than text here. */
const hostile = `
from IPython.display import HTML, Javascript, display
display(Javascript("window.caught = 1; parent.caught = 1; top.caught = 1"))
display(HTML("<script>window.caught = 1; fetch('/api/contents')</script><img src=x onerror='window.caught = 1'>"))
print("\\x1b]8;;${link}\\x1b\\\\press me\\x1b]8;;\\x1b\\\\ <b>bold</b>\\x1b[2J\\x07")`;
const long = `for _ in range(${bytes / 100}): print("x" * 99)
print("the last line", flush=True)`;

/** A report that tries every way out of it, and says in its text which were open; it is left for good with a button. */
const wayOut = (elsewhere: string): string => `
from IPython.display import HTML
HTML('''<p id="verdict">not tried</p><button id="leave" onclick="location.href = '${elsewhere}left'">Leave</button><script>
const attempts = {
  "read parent": () => parent.document.title,
  "read top": () => top.document.title,
  "write top": () => { top.caught = 1; },
  "move top": () => { top.location.href = "${elsewhere}top"; },
  "cookie": () => document.cookie,
  "storage": () => localStorage.length,
  "open window": () => open("${elsewhere}window") === null ? Promise.reject() : 1,
  "fetch": () => fetch("${elsewhere}fetch"),
  "fetch Jupyter": () => fetch("/api/contents"),
  "send beacon": () => fetch("${elsewhere}keepalive", { method: "POST", mode: "no-cors", keepalive: true, body: "x" }),
  "image": () => new Promise((resolve, reject) => {
    Object.assign(new Image(), { onload: resolve, onerror: reject }).src = "${elsewhere}image";
  }),
  "socket": () => new Promise((resolve, reject) => {
    Object.assign(new WebSocket("${elsewhere}socket".replace("http", "ws")), { onopen: resolve, onerror: reject });
  }),
  "script": () => import("${elsewhere}script.js"),
};
(async () => {
  const open = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    try { await attempt(); open.push(name); } catch { }
  }
  const form = Object.assign(document.createElement("form"), { action: "${elsewhere}form" });
  document.body.append(form);
  form.submit();
  document.getElementById("verdict").textContent = "open: " + open.join(", ");
})();
</script>''')`;

let server: JupyterServer;
let elsewhere: Listener;
let browser: Browser;
/** The page that tests share until the server goes, each with a notebook of its own. */
let lab: LabPage;

anewAfterFailure(async (own) => {
  elsewhere = await Listener.start();
  own(() => elsewhere.dispose());
  server = await JupyterServer.create();
  own(() => server.dispose());
  await server.write(`${folder}/${markup}.ipynb`, notebookOf('print(open("beside.txt").read())', hostile));
  await server.write(`${folder}/beside.txt`, 'beside on the disk');
  await server.write('long.ipynb', notebookOf(long));
  await server.write('short.ipynb', notebookOf('print("short")', wayOut(elsewhere.url)));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  lab = await LabPage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server, 'lab');
});
explainFailures(
  () => browser,
  () => server,
);

/** Whether anything of a notebook or a run was executed in the page. */
function caught(): Promise<boolean> {
  return lab.page.evaluate(() => 'caught' in globalThis);
}

/** The text of a file of the one run of this notebook. */
async function left(title: string, file: string): Promise<string> {
  const runs = join(server.dataHome, 'slipway/runs');
  for (const run of await readdir(runs)) {
    const text = await readFile(join(runs, run, 'run.json'), 'utf8');
    if (text.includes(JSON.stringify(title))) return readFile(join(runs, run, file), 'utf8');
  }
  throw new Error(`There is no run of ${title}.`);
}

it('two tabs that press at once run both, and names, outputs and logs full of markup stay text', async () => {
  const other = await LabPage.open(lab.page.context(), server, 'lab/tree/long.ipynb');
  await lab.openNotebook(`${folder}/${markup}.ipynb`);
  await other.notebookReady();
  await Promise.all([lab.runButton.click(), other.runButton.click()]);
  for (const tab of [lab, other]) {
    await tab.showSidePanel();
    await expect.poll(() => tab.row('passed').count(), { timeout: 240_000 }).toBe(2);
  }
  const row = lab.row('passed').filter({ hasText: markup });
  await row.waitFor();
  await lab.detail.getByText(markup).first().waitFor();
  await lab.screenshot('markup');

  await lab.detail.locator('button.file').filter({ hasText: '_output.ipynb' }).first().click();
  const executed = lab.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
  await executed.getByText('beside on the disk').first().waitFor({ timeout: 120_000 });
  await executed.getByText('press me').first().waitFor();
  await lab.rowMenu(row, 'Logs');
  const log = lab.page.locator('slipway-log-view');
  await log.getByText('press me').first().waitFor({ timeout: 120_000 });
  expect(await log.locator(`a[href^="javascript"]`).count()).toBe(0);
  expect(await caught()).toBe(false);

  await other.rowMenu(other.row('passed').filter({ hasText: 'long.ipynb' }), 'Logs');
  const whole = other.page.locator('slipway-log-view');
  await whole.getByText('Complete').waitFor({ timeout: 120_000 });
  await whole.getByText('the last line').first().waitFor({ timeout: 120_000 });
  await other.screenshot('long-log');
  expect(lab.errors).toEqual([]);
  expect(other.errors).toEqual([]);
  await other.page.close();
}, 240_000);

it('runs a notebook of another contents drive with what is beside it', async () => {
  await lab.runsReady();
  await addMemoryDrive(lab.page, {
    'work/remote.ipynb': notebookOf('print(open("data/größe & <b>.txt").read())'),
    'work/data/größe & <b>.txt': 'beside in a drive',
  });
  await lab.openNotebook('Memory:work/remote.ipynb');
  await lab.runButton.click();
  await lab.detail.getByText('Passed').first().waitFor({ timeout: 180_000 });
  expect(await left('remote.ipynb', 'output/remote_output.ipynb')).toContain('beside in a drive');
  expect(lab.errors).toEqual([]);
});

it('says that the server has gone, and goes on when it is back; a report that looks for a way out finds none', async () => {
  await lab.page.close();
  lab = await LabPage.open(lab.page.context(), server, 'lab/tree/short.ipynb');
  await lab.notebookReady();
  await lab.showSidePanel();
  await lab.sidePanel.getByRole('radio', { name: /local/ }).waitFor({ timeout: 120_000 });
  await server.end('SIGKILL');
  const alert = lab.sidePanel.getByRole('alert');
  await alert.waitFor({ timeout: 120_000 });
  expect(await alert.textContent()).toContain('look whether the server still runs');
  await lab.screenshot('offline');
  await server.start();
  await lab.sidePanel.getByRole('alert').waitFor({ state: 'detached', timeout: 180_000 });
  // JupyterLab's own word about it, which may come late, and more than once.
  const putAway = (dialog: Locator): Promise<void> => dialog.getByRole('button').last().click();
  await lab.page.addLocatorHandler(lab.page.locator('.jp-Dialog'), putAway, { noWaitAfter: true });
  await lab.runButton.click();
  await lab.row('passed').filter({ hasText: 'short.ipynb' }).waitFor({ timeout: 180_000 });

  // What its report tries stays in it.
  await lab.detail.locator('button.file').filter({ hasText: '.html' }).first().click();
  const verdict = lab.report.locator('#verdict');
  await verdict.filter({ hasText: 'open:' }).waitFor({ timeout: 120_000 });
  expect(await verdict.textContent()).toBe('open: ');
  await lab.report.locator('#leave').click();
  await lab.report.locator('#leave').waitFor({ state: 'detached', timeout: 120_000 });
  expect(await caught()).toBe(false);
  expect(elsewhere.heard).toEqual([]);
  // It could be heard there.
  await lab.page.evaluate((url) => fetch(url), `${elsewhere.url}page`);
  expect(elsewhere.heard).toEqual(['/page']);
}, 240_000);
