import type { Browser, Frame, Locator } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { Listener } from '../hosts/listener.ts';
import { lastScreenshots } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';
import { coresOf } from './processes.ts';

/** HTML, an icon and a link as VS Code's own texts have them. */
const markup = '$(flame) [press](command:workbench.action.toggleSidebarVisibility) <img src=x onerror=window.caught=1>';
const bytes = 10_000_000;

let server: CodeServer;
let elsewhere: Listener;
let browser: Browser;
let code: CodePage;

/** Ways for a page to lead the frame that it stands in elsewhere, beside a form, which a sandbox without forms holds back. */
const ways = ['location', 'refresh', 'link'] as const;

/** A button for each of these ways, and for a form. */
function exits(url: string): string {
  const make = (tag: string, values: object): string =>
    `Object.assign(document.createElement("${tag}"), ${JSON.stringify(values)})`;
  const scripts: Record<(typeof ways)[number] | 'form', string> = {
    location: `location.href = "${url}away-location"`,
    refresh: `document.head.append(${make('meta', { httpEquiv: 'refresh', content: `0;url=${url}away-refresh` })})`,
    link: `${make('a', { href: `${url}away-link`, target: '_self' })}.click()`,
    form: `document.body.appendChild(${make('form', { action: `${url}away-form`, method: 'post' })}).submit()`,
  };
  return Object.entries(scripts)
    .map(([way, script]) => `<button id="away-${way}" onclick='${script}'>${way}</button>`)
    .join('');
}

/** Tries whatever reaches out of a page, and says in the page what became of each. */
function attempts(url: string): string {
  return `${exits(url)}<ul id="attempts"></ul><script>
    const tried = (name, work) => {
      const say = (end) => document.getElementById("attempts").insertAdjacentHTML("beforeend", "<li>" + name + ": " + end + "</li>");
      Promise.resolve().then(work).then(() => say("done"), () => say("refused"));
    };
    window.caught = 1;
    tried("fetch", () => fetch("${url}fetch"));
    tried("image", () => new Promise((done, failed) => Object.assign(new Image(), { onload: done, onerror: failed, src: "${url}image" })));
    tried("socket", () => new Promise((done, failed) => Object.assign(new WebSocket("${url.replace('http', 'ws')}socket"), { onopen: done, onerror: failed })));
    tried("parent", () => { parent.document.title = "reached"; });
    tried("top", () => { top.document.title = "reached"; });
    tried("navigation", () => { top.location.href = "${url}top"; });
    tried("window", () => { if (window.open("${url}window") === null) throw new Error("no window"); });
    tried("storage", () => localStorage.setItem("caught", "1"));
    tried("cookie", () => document.cookie);
    tried("api", () => acquireVsCodeApi());
    for (const target of [parent, top]) target.postMessage({ type: "request", id: 1, name: "shutdown", params: {} }, "*");
    for (const target of [parent, top]) target.postMessage({ type: "did-click-link", data: "command:workbench.action.closeWindow" }, "*");
  </script>`;
}

/** What markup that got into a panel's page would be. */
const injection = `
  const script = document.createElement("script");
  script.textContent = "globalThis.caught = 1";
  const image = document.createElement("div");
  image.innerHTML = '<img src="data:," onerror="globalThis.caught = 1">';
  document.body.append(script, image);`;

const hostile = (url: string): string => `
from IPython.display import HTML, Javascript, Markdown, display
display(HTML(${JSON.stringify(attempts(url))}))
display(Javascript("window.caught = 1; fetch('${url}javascript')"))
display(Markdown("![from elsewhere](${url}markdown) [link](command:workbench.action.closeWindow)"))
print("\\x1b]8;;javascript:window.caught=1\\x1b\\\\press me\\x1b]8;;\\x1b\\\\ <b>bold</b>\\x1b[2J\\x07")`;

const long = `for _ in range(${bytes / 100}): print("x" * 99)
print("the last" + " line", flush=True)`;

anewAfterFailure(async (own) => {
  elsewhere = await Listener.start();
  own(() => elsewhere.dispose());
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX') });
  own(() => server.dispose());
  await server.write(`${markup}.ipynb`, notebookOf('1', hostile(elsewhere.url)));
  await server.write('long.ipynb', notebookOf(long));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  code = await CodePage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server);
});
afterEach(async ({ task }) => {
  await lastScreenshots(task, [code.page], `vscode/hostile-${task.name.replaceAll(/\W+/g, '-')}`);
  await code.command('View: Close All Editors');
  await code.command('View: Show Explorer');
});

/** Addresses of frames in which something of a run was executed. */
async function caughtIn(frames: readonly Frame[]): Promise<string[]> {
  const found = frames.map(async (frame) =>
    (await frame.evaluate(() => 'caught' in globalThis)) ? [frame.url()] : [],
  );
  return (await Promise.all(found)).flat();
}

/** The run of the notebook that is named with markup; its name is cut there. */
const row = /\[press.*Passed/;

/** Runs that notebook. @returns what VS Code tells in its corner when it has passed */
async function runMarkup(): Promise<Locator> {
  await code.openNotebook('press');
  await code.runButton.click();
  const toast = code.page.locator('.notification-toast').filter({ hasText: 'Passed' });
  await toast.waitFor({ timeout: 240_000 });
  return toast;
}

it('panels run no script but their own', async () => {
  await code.openNotebook('long.ipynb');
  await code.command('Run on GPU cluster with options');
  await code.panel('slipway-run-form');
  const frames = code.page.frames();
  const forms = await Promise.all(frames.map((frame) => frame.locator('slipway-run-form').count()));
  const frame = frames[forms.findIndex((count) => count > 0)];
  if (frame === undefined) throw new Error('There is no frame with the form.');
  const policy = (await frame.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')) ?? '';
  const directives = new Map(
    policy.split(';').map((part) => [part.trim().split(' ')[0], part.trim().split(' ').slice(1)]),
  );
  expect(directives.get('default-src')).toEqual(["'none'"]);
  expect(directives.get('script-src')).toEqual([expect.stringMatching(/^'nonce-[\w-]{20,}'$/)]);
  expect(policy).not.toContain('unsafe');
  expect(code.violations).toEqual([]);
  await frame.evaluate(injection);
  await expect.poll(() => code.violations.filter((text) => text.includes('script-src'))).toHaveLength(2);
  expect(await caughtIn([frame])).toEqual([]);
  code.violations.splice(0);
});

it('names, outputs, logs and reports full of markup reach neither the editor nor the network', async () => {
  const toast = await runMarkup();
  expect((await toast.textContent())?.replaceAll('\u200B', '')).toContain(markup);
  expect(await toast.locator('.notification-list-item-message a, img').count()).toBe(0);
  await code.screenshot('hostile-markup');
  await code.showRuns();
  await code.row(row).waitFor();

  const detail = await code.panel('slipway-run-detail');
  await detail.getByText(markup).first().waitFor();
  await detail.getByRole('tab', { name: 'Logs' }).click();
  await detail.getByText('press me').first().waitFor();
  expect(await detail.locator('a[href^="javascript"], img').count()).toBe(0);
  await code.rowAction(row, 'Open executed notebook');
  await code.output('press me');
  await code.screenshot('hostile-executed');
  expect(await caughtIn(code.page.frames())).toEqual([]);
  expect(code.violations).toEqual([]);

  const cores = coresOf(server.home);
  await code.rowAction(row, 'Open report');
  const report = await code.report('#attempts');
  await report.locator('li').nth(9).waitFor();
  await code.screenshot('hostile-report');
  const ends = await report.locator('li').allTextContents();
  expect(ends.filter((text) => !text.endsWith('refused'))).toEqual([]);
  const caught = await caughtIn(code.page.frames());
  expect(caught).toEqual(['about:srcdoc']);
  expect(await code.page.title()).not.toContain('reached');
  expect(code.page.url()).toContain(server.url);
  expect(coresOf(server.home)).toEqual(cores);
  expect(elsewhere.heard).toEqual([]);
  // It hears what does get out.
  await fetch(`${elsewhere.url}control`);
  expect(elsewhere.heard).toEqual(['/control']);
});

it('a report that leads its own frame elsewhere gets nowhere', async () => {
  const heard = [...elsewhere.heard];
  await code.showRuns();
  // After a failure everything begins anew.
  if ((await code.row(row).count()) === 0) {
    await code.command('View: Show Explorer');
    await runMarkup();
    await code.showRuns();
  }
  for (const way of ways) {
    await code.rowAction(row, 'Open report');
    const report = await code.report('#attempts');
    await report.locator('li').nth(9).waitFor();
    const frame = await report.elementHandle().then((element) => element.ownerFrame());
    if (frame === null) throw new Error('The report stands in no frame.');
    // Its sandbox has no forms: nothing happens.
    await frame.locator('#away-form').click();
    await frame.locator(`#away-${way}`).click();
    // The browser went to lead it away, and shows its own page of an error instead of what was there.
    await expect.poll(() => frame.url(), { timeout: 60_000 }).toMatch(/^chrome-error:/);
    await expect.poll(() => code.violations.join('\n')).toContain(`Framing '${elsewhere.url}`);
    code.violations.splice(0);
    await code.screenshot(`hostile-away-${way}`);
    // Keys that are pressed in a frame with nothing in it reach nobody.
    await code.page.locator('.part.sidebar .title-label').first().click();
    await code.command('View: Close All Editors');
  }
  expect(elsewhere.heard).toEqual(heard);

  // Where nothing holds it, each of these ways is heard.
  const page = await code.page.context().newPage();
  for (const way of [...ways, 'form']) {
    await page.setContent(exits(elsewhere.url));
    await page.locator(`#away-${way}`).click();
    // Chromium closes no page that is on its way elsewhere, and takes no content for it: it is to have arrived.
    await page.getByText('elsewhere', { exact: true }).waitFor();
    expect(elsewhere.heard).toContain(`/away-${way}`);
  }
  await page.close();
});

it('an output of 10 MB is shown in the panel, the executed notebook and the report', async () => {
  await code.openNotebook('long.ipynb');
  await code.runButton.click();
  await code.showRuns();
  await code.row(/long\.ipynb.*Passed/).waitFor({ timeout: 240_000 });
  const detail = await code.panel('slipway-run-detail');
  await detail.getByRole('tab', { name: 'Logs' }).click();
  await detail.getByText('Complete').waitFor({ timeout: 120_000 });
  await detail.getByLabel('Search', { exact: true }).fill('the last line');
  await detail.getByText('1 of 1').waitFor({ timeout: 120_000 });
  await code.rowAction(/long\.ipynb/, 'Open executed notebook');
  await code.output('xxx');
  await code.rowAction(/long\.ipynb/, 'Open report');
  await (await code.report('body.jp-Notebook')).getByText('the last line').waitFor({ timeout: 120_000 });
  await code.row(/long\.ipynb.*Passed/).waitFor();
});
