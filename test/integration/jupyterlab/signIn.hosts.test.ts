import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { approveDevice, contextAt, OidcProvider, signInOnPage, writeConfig } from '../../identity/oidcProvider.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { freePort } from '../hosts/hostProcess.ts';
import { explainFailures } from './evidence.ts';
import { JupyterServer } from './jupyterServer.ts';
import { LabPage } from './labPage.ts';
import { notebookOf } from './notebooks.ts';

let provider: OidcProvider;
let server: JupyterServer;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;
/** What the page asked the core to run. */
const submitted: string[] = [];
/** Nobody answers there: who signs in needs the provider alone. */
let cluster: string;

const profile = (name: string) => contextAt(provider, name, cluster);

anewAfterFailure(async (own) => {
  provider = await OidcProvider.start({ people: { alice: { email: 'alice@example.com', groups: ['team-a'] } } });
  own(() => provider.dispose());
  cluster = `https://127.0.0.1:${await freePort()}`;
  server = await JupyterServer.create();
  own(() => server.dispose());
  await writeConfig(join(server.home, 'config'), { contexts: [profile('team-a')] });
  await server.write('short.ipynb', notebookOf('print("as saved")'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  submitted.length = 0;
  context.on('page', (page) => {
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        if (payload.includes('"runs/submit"')) submitted.push(String(payload));
      });
    });
  });
  lab = await LabPage.open(context, server, 'lab/tree/short.ipynb');
  await lab.notebookReady();
  await lab.showSidePanel();
});
explainFailures(
  () => browser,
  () => server,
);

function row(name: string): Locator {
  return lab.sidePanel.locator(`.slipway-context[data-context="${name}"]`);
}

function press(name: string): Promise<void> {
  return lab.sidePanel.getByRole('button', { name, exact: true }).click();
}

/** The tab that a press opens. */
async function tabAfter(work: () => Promise<void>): Promise<Page> {
  const opened = context.waitForEvent('page', { timeout: 120_000 });
  await work();
  return opened;
}

/** One that JupyterLab has made invisible may stay in the page. */
function notice(text: RegExp): Locator {
  return lab.page.locator('.Toastify__toast').filter({ hasText: text, visible: true }).first();
}

it('signs in with the browser, shows who that is, and signs out', async () => {
  await row('team-a').getByText('Not signed in').waitFor();
  await row('local').focus();
  await lab.page.keyboard.press('ArrowDown');
  await lab.page.keyboard.press('Enter');
  await lab.sidePanel.getByText('Sign in to run on a cluster').waitFor();
  const page = await tabAfter(() => press('Sign in'));
  await lab.sidePanel.getByText('Sign in on the page that opened').waitFor();
  await page.locator('input[name="login"]').waitFor();
  expect(await page.evaluate('window.opener')).toBeNull();
  await signInOnPage(page, 'alice');
  await page.getByText('You are signed in').first().waitFor();
  await page.close();
  await lab.sidePanel.getByText('Signed in to team-a').waitFor();
  const facts = lab.sidePanel.locator('.slipway-facts-table');
  expect(await facts.innerText()).toMatch(/alice[^]*team-a/);
  await row('team-a').getByText('Not reachable').waitFor();
  // Who that is is the provider's word; what they may do is the cluster's, which is out of reach.
  await lab.sidePanel.locator('.slipway-account-trouble').getByText(cluster.slice(8)).waitFor();

  await press('Sign out');
  await lab.sidePanel.locator('.slipway-account').getByText(/token/).waitFor();
  await row('team-a').getByText('Not signed in').waitFor();
});

it('asks to sign in where a run needs it, and goes on with that run as it was', async () => {
  await row('team-a').click();
  await lab.typeInto(0, 'print("as pressed")');
  await lab.runButton.click();
  const asked = notice(/Sign in to team-a to go on/);
  await asked.waitFor();
  expect(context.pages()).toHaveLength(1);
  await lab.typeInto(0, 'print("typed later")');
  const page = await tabAfter(() => asked.getByRole('button', { name: 'Sign in' }).click());
  await page.close();
  await press('Use a code instead');
  const code = await lab.sidePanel.locator('.slipway-code').innerText();
  // What was pressed is gone: keyboard and screen reader go on from the code.
  await expect.poll(() => lab.page.evaluate('document.activeElement?.textContent')).toBe('Enter this code');
  await lab.sidePanel
    .getByRole('status')
    .getByText(/Waiting for you \d+m 00s left/)
    .waitFor();
  expect(await lab.sidePanel.getByRole('link', { name: 'Open the page' }).getAttribute('href')).toContain(
    provider.issuer,
  );
  const other = await browser.newContext();
  await approveDevice(await other.newPage(), `${provider.issuer}/device?user_code=${code}`, 'alice');
  await other.close();
  await lab.sidePanel.getByText('Signed in to team-a').waitFor();
  // The run goes on, and finds what is wrong next.
  const found = notice(/cannot be reached/);
  await found.waitFor();
  await expect.poll(() => asked.count()).toBe(0);
  // What was being done is told no more.
  await expect.poll(() => notice(/checking the job|asking the cluster/).count()).toBe(0);
  expect(submitted.map((text) => [text.includes('as pressed'), text.includes('typed later')])).toEqual([
    [true, false],
    [true, false],
  ]);
  // It would lie above the panel.
  await lab.page.getByRole('button', { name: 'Hide notification' }).first().click();
  await press('Sign out');
});

it('takes no answer of another sign-in, and gives one up', async () => {
  await row('team-a').click();
  const page = await tabAfter(() => press('Sign in'));
  await page.waitForURL(`${provider.issuer}/**`);
  await page.goto(`${server.url}slipway/oauth/callback?code=stolen&state=of-another`);
  await page.getByText('The sign-in did not get through').waitFor();
  await page.getByText('Use a code instead').waitFor();
  await page.close();
  await press('Paste the address instead');
  await lab.sidePanel.getByLabel('Address').fill('http://127.0.0.1:1/oauth/callback?code=x&state=of-another');
  await press('Go on');
  await lab.sidePanel.getByText('No sign-in waits for this answer').waitFor();
  expect(await lab.sidePanel.getByLabel('Address').inputValue()).toContain('of-another');
  await press('Cancel');
  await lab.sidePanel.getByText('Sign in to run on a cluster').waitFor();
});

it('says what to do where the provider refuses', async () => {
  await row('team-a').click();
  const page = await tabAfter(() => press('Sign in'));
  await page.getByText('Cancel').click();
  await lab.sidePanel.getByText('The sign-in did not work').waitFor();
  await page.close();
  await press('Cancel');
});

it('adds a context from a team profile, keeps what was typed where that fails, and removes it', async () => {
  await press('Add a context from a team profile…');
  const text = lab.sidePanel.getByLabel('Team profile');
  await text.fill('name: imaging\nprofile: 7\n');
  await press('Add');
  await lab.sidePanel.locator('.slipway-form [role="alert"]').waitFor();
  expect(await text.inputValue()).toContain('imaging');
  await text.fill(stringify(profile('team-a')));
  await press('Add');
  await lab.sidePanel.getByRole('button', { name: 'Replace' }).waitFor();
  await text.fill(stringify(profile('imaging')));
  await press('Add');
  await lab.sidePanel.getByText('Added: imaging').waitFor();
  await expect.poll(() => row('imaging').getAttribute('aria-checked')).toBe('true');
  await press('Remove context…');
  await lab.page.locator('.jp-Dialog').getByRole('button', { name: 'Remove' }).click();
  await row('imaging').waitFor({ state: 'detached' });
  await expect.poll(() => row('local').getAttribute('aria-checked')).toBe('true');
});

it('says what is wrong with the file that names the contexts, and keeps them until it is mended', async () => {
  const file = join(server.home, 'config/slipway/config.yaml');
  // The core has read it once by then.
  await row('team-a').waitFor();
  const before = await readFile(file, 'utf8');
  await writeFile(file, before.replace('version: 1', 'version: 9'));
  const trouble = lab.sidePanel.locator('.slipway-account-trouble').getByText(/is of version 9/);
  await trouble.waitFor();
  await row('team-a').waitFor();
  await writeFile(file, before);
  await trouble.waitFor({ state: 'detached' });
  expect(lab.errors).toEqual([]);
});
