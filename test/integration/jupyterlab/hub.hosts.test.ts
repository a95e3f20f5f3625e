import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../hosts/chromium.ts';
import { explainFailures } from './evidence.ts';
import { JupyterHub } from './jupyterHub.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

/** A hub, its proxy, two servers and two cores start on what may be two slow processors, in milliseconds. */
const patienceMs = 400_000;

let hub: JupyterHub;
let browser: Browser;

beforeAll(async () => {
  [hub, browser] = await Promise.all([JupyterHub.start(['alice', 'bob']), launchBrowser()]);
  for (const user of ['alice', 'bob']) {
    await writeFile(join(hub.homeOf(user), 'analysis.ipynb'), notebookOf('print("as saved")', `owner = "${user}"`));
  }
});
afterAll(async () => {
  await browser.close();
  await hub.dispose();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
explainFailures(
  () => browser,
  () => ({ dataHomes: ['alice', 'bob'].map((user) => join(hub.homeOf(user), 'data')), log: hub.log }),
);

/** Signs in by the hub's form, as a person does; their server starts where none runs. */
async function signIn(user: string): Promise<{ readonly context: BrowserContext; readonly lab: LabPage }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(`${hub.url}hub/login?next=${encodeURIComponent(`/hub/user/${user}/lab/tree/analysis.ipynb`)}`);
  await page.fill('#username_input', user);
  await page.fill('#password_input', hub.password);
  await page.click('#login_submit');
  if (!hub.log.includes(`Server ${user} is ready`)) {
    await page.getByText('Launch Server').click();
    // The page would go on by itself, were its progress not held back by the proxy that is written in Python.
    await expect.poll(() => hub.log.includes(`Server ${user} is ready`), { timeout: 180_000 }).toBe(true);
  }
  await page.goto(`${hub.url}user/${user}/lab/tree/analysis.ipynb`);
  return { context, lab: LabPage.of(page) };
}

/** What a page of one user gets from the server of another, asked with everything that this user has. */
function trespass(lab: LabPage, path: string): Promise<string> {
  // As text, for it runs in the page: with the page's cookies, and its own XSRF token as JupyterLab sends it.
  return lab.page.evaluate<string>(`(async () => {
    const token = /(?:^|; )_xsrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';
    const response = await fetch(${JSON.stringify(`/user/alice/${path}`)}, { redirect: 'manual', headers: { 'X-XSRFToken': token } });
    return response.type === 'opaqueredirect' ? 'redirected' : String(response.status);
  })()`);
}

function trespassBySocket(lab: LabPage): Promise<string> {
  return lab.page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      }),
    `${hub.url.replace('http', 'ws')}user/alice/slipway/core`,
  );
}

it('two users of a hub run notebooks beside each other, and neither reaches the core of the other', async () => {
  const alice = await signIn('alice');
  await alice.lab.notebookReady();
  await alice.lab.typeInto(0, 'print("edited by alice")');
  await alice.lab.runButton.click();
  await alice.lab.runShows('Passed', patienceMs).catch(explained);
  await alice.lab.screenshot('hub');
  const runs = join(hub.homeOf('alice'), 'data/slipway/runs');
  const run = await newestRun('alice');
  expect(await readFile(join(runs, run, 'output/analysis_output.ipynb'), 'utf8')).toContain('edited by alice');

  const bob = await signIn('bob');
  await bob.lab.notebookReady();
  await bob.lab.showSidePanel();
  await bob.lab.sidePanel.getByText('No runs yet').waitFor({ timeout: 120_000 });
  for (const path of ['slipway/status', `slipway/runs/local/${run}/artifacts/output/analysis_output.html`]) {
    expect(['redirected', '403', '404']).toContain(await trespass(bob.lab, path));
  }
  expect(await trespassBySocket(bob.lab)).toBe('refused');
  expect(await trespass(alice.lab, 'slipway/status')).toBe('200');
  expect(await tokensOfCores()).toEqual([]);
}, 900_000);

/** A person's run that was made last: a second try finds that of the first one, too. */
async function newestRun(user: string): Promise<string> {
  const runs = join(hub.homeOf(user), 'data/slipway/runs');
  const names = await readdir(runs);
  const madeAt = await Promise.all(names.map(async (name) => (await stat(join(runs, name, 'run.json'))).birthtimeMs));
  return names[madeAt.indexOf(Math.max(...madeAt))] ?? '';
}

/** Adds what the run itself tells, and the hub, to what the page does not show. */
async function explained(error: unknown): Promise<never> {
  const run = await newestRun('alice').catch(String);
  const file = join(hub.homeOf('alice'), 'data/slipway/runs', run, 'events.jsonl');
  const events = (await readFile(file, 'utf8').catch(String)).trimEnd().split('\n').slice(-4);
  const log = hub.log.trimEnd().split('\n').slice(-6);
  const parts = [String(error), ...[...events, ...log].map((line) => line.slice(0, 200))];
  throw new Error(parts.join('\n'), { cause: error });
}

/** Environment variables of running cores that only Jupyter should have. */
async function tokensOfCores(): Promise<readonly string[]> {
  const found: string[] = [];
  let cores = 0;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!command.includes('slipway.js') || !environment.includes(hub.home)) continue;
    cores += 1;
    found.push(...environment.split('\0').filter((entry) => /^(JUPYTERHUB_|JPY_|JUPYTER_TOKEN)/.test(entry)));
  }
  expect(cores).toBe(2);
  return found.map((entry) => entry.replace(/=.*/, ''));
}
