import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, it } from 'vitest';
import { contextAt, OidcProvider, signInOnPage, writeConfig } from '../../identity/oidcProvider.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { freePort } from '../hosts/hostProcess.ts';
import { screenshot } from '../hosts/screenshots.ts';
import { clusterContext, SceneCore, sceneDevEnv } from '../vscode/devEnvScene.ts';
import { explainFailures } from './evidence.ts';
import { JupyterHub } from './jupyterHub.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

/** A hub, its proxy, two servers and two cores start on what may be two slow processors, in milliseconds. */
const patienceMs = 400_000;

let hub: JupyterHub;
let browser: Browser;
let provider: OidcProvider;
/** Where people sit, each in a browser context of their own. */
const pages = new Map<string, LabPage>();

anewAfterFailure(async (own) => {
  pages.clear();
  hub = await JupyterHub.start(['alice', 'bob', 'carol']);
  own(() => hub.dispose());
  browser = await launchBrowser();
  own(() => browser.close());
  provider = await OidcProvider.start({
    people: { alice: { email: 'alice@example.com' }, bob: { email: 'bob@example.com' } },
    redirectUris: [`${hub.url}hub/user-redirect/slipway/oauth/callback`],
  });
  own(() => provider.dispose());
  // Nobody answers there: who signs in needs the provider alone.
  const cluster = `https://127.0.0.1:${await freePort()}`;
  for (const user of ['alice', 'bob']) {
    await writeFile(join(hub.homeOf(user), 'analysis.ipynb'), notebookOf('print("as saved")', `owner = "${user}"`));
    const contexts = [contextAt(provider, 'team-a', cluster)];
    await writeConfig(join(hub.homeOf(user), 'xdg-config'), { tokenStorage: 'file', contexts });
  }
});
explainFailures(
  () => browser,
  () => ({ dataHomes: ['alice', 'bob'].map((user) => join(hub.homeOf(user), 'data')), log: hub.log }),
);

/** The page of somebody who signs in by the hub's form, as a person does, unless they have before. Their server starts then. */
async function signedIn(user: string): Promise<LabPage> {
  const known = pages.get(user);
  if (known !== undefined) return known;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(`${hub.url}hub/login?next=${encodeURIComponent(`/hub/user/${user}/lab/tree/analysis.ipynb`)}`);
  await page.fill('#username_input', user);
  await page.fill('#password_input', hub.password);
  await page.click('#login_submit');
  await page.getByText('Launch Server').click();
  // The page would go on by itself, were its progress not held back by the proxy that is written in Python.
  await expect.poll(() => hub.log.includes(`Server ${user} is ready`), { timeout: 180_000 }).toBe(true);
  await page.goto(`${hub.url}user/${user}/lab/tree/analysis.ipynb`);
  const lab = LabPage.of(page);
  await lab.notebookReady();
  pages.set(user, lab);
  return lab;
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
  const alice = await signedIn('alice');
  await alice.typeInto(0, 'print("edited by alice")');
  await alice.runButton.click();
  await alice.runShows('Passed', patienceMs).catch(explained);
  await alice.screenshot('hub');
  const runs = join(hub.homeOf('alice'), 'data/slipway/runs');
  const run = await runOf('alice');
  expect(await readFile(join(runs, run, 'output/analysis_output.ipynb'), 'utf8')).toContain('edited by alice');

  const bob = await signedIn('bob');
  await bob.showSidePanel();
  await bob.sidePanel.getByText('No runs yet').waitFor({ timeout: 120_000 });
  for (const path of ['slipway/status', `slipway/runs/local/${run}/artifacts/output/analysis_output.html`]) {
    expect(['redirected', '403', '404']).toContain(await trespass(bob, path));
  }
  expect(await trespassBySocket(bob)).toBe('refused');
  expect(await trespass(alice, 'slipway/status')).toBe('200');
  expect(await tokensOfCores()).toEqual([]);
}, 900_000);

it('each user signs in through the callback of the hub, and is nobody to the other', async () => {
  const home = (user: string): string => join(hub.homeOf(user), 'data/slipway/identity');
  const people = [];
  for (const user of ['alice', 'bob']) {
    const lab = await signedIn(user);
    await lab.showSidePanel();
    const row = lab.sidePanel.locator('.slipway-context[data-context="team-a"]');
    await row.click();
    await row.getByText('Not signed in').waitFor();
    const opened = lab.page.context().waitForEvent('page', { timeout: 120_000 });
    await lab.sidePanel.getByRole('button', { name: 'Sign in', exact: true }).click();
    const page = await opened;
    await signInOnPage(page, user);
    await page.getByText('You can close this tab').waitFor();
    const { pathname, searchParams } = new URL(page.url());
    expect(pathname).toBe(`/user/${user}/slipway/oauth/callback`);
    const code = searchParams.get('code') ?? '';
    expect(code).not.toBe('');
    expect(linesOfServers(code)).toEqual([]);
    await lab.sidePanel.getByText('Signed in to team-a').waitFor();
    expect(await lab.sidePanel.locator('.slipway-facts-table').innerText()).toContain(user);
    if (user === 'alice') await screenshot(page, 'jupyterlab/signed-in-page');
    await page.close();
    people.push(lab);
  }
  const [alice, bob] = people;
  expect(await alice?.sidePanel.locator('.slipway-facts-table').innerText()).not.toContain('bob');
  expect(await (bob === undefined ? '' : trespass(bob, 'slipway/oauth/callback?code=x&state=y'))).not.toBe('200');
  for (const user of ['alice', 'bob']) expect((await stat(home(user))).mode & 0o777).toBe(0o700);
}, 400_000);

it('says on a hub why JupyterLab in a DevEnv is out of reach, and what to do', async () => {
  const home = hub.homeOf('carol');
  const { scene, script } = await SceneCore.forJupyter(home);
  await scene.show({ contexts: [clusterContext('team-a')], devEnvs: [sceneDevEnv('devenv-carol')] });
  await hub.configure('carol', { SlipwayApp: { core_script: script } });
  await writeFile(join(home, 'analysis.ipynb'), notebookOf('print("as saved")'));
  const lab = await signedIn('carol');
  await lab.showSidePanel();
  await lab.rowMenu(lab.sidePanel.locator('.slipway-devenv'), 'Open JupyterLab in the DevEnv');
  const dialog = lab.page.locator('.jp-Dialog');
  await dialog.getByText('The server belongs to a JupyterHub').waitFor();
  await dialog.getByText('slipway devenv jupyter devenv-carol --context team-a').waitFor();
  await lab.screenshot('devenvs-hub');
  expect((await scene.requests()).map(({ name }) => name)).not.toContain('devenvs/openJupyter');
}, 400_000);

/**
 * What the servers of the users wrote about an answer. The hub itself writes down where it redirects to, the answer included;
 * such a code has been used by then, and is worth nothing without the verifier, which is in the memory of a core.
 */
function linesOfServers(code: string): readonly string[] {
  return hub.log.split('\n').filter((line) => line.includes(code) && !line.includes(' JupyterHub log:'));
}

/** A person's only run. */
async function runOf(user: string): Promise<string> {
  const [run = ''] = await readdir(join(hub.homeOf(user), 'data/slipway/runs'));
  return run;
}

/** Adds what the run itself tells, and the hub, to what the page does not show. */
async function explained(error: unknown): Promise<never> {
  const run = await runOf('alice').catch(String);
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
