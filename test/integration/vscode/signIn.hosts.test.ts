import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { approveDevice, contextAt, OidcProvider, signInOnPage, writeConfig } from '../../identity/oidcProvider.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { freePort } from '../hosts/hostProcess.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { lastScreenshots, screenshot } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from './codePage.ts';
import { CodeServer, prepared } from './codeServer.ts';

let provider: OidcProvider;
let server: CodeServer;
let browser: Browser;
let context: BrowserContext;
let code: CodePage;
/** Nobody answers there: who signs in needs the provider alone. */
let cluster: string;

const profile = (name: string) => contextAt(provider, name, cluster);

anewAfterFailure(async (own) => {
  provider = await OidcProvider.start({ people: { alice: { email: 'alice@example.com', groups: ['team-a'] } } });
  own(() => provider.dispose());
  cluster = `https://127.0.0.1:${await freePort()}`;
  // The provider is on this machine, too: code-server would send the browser to it through a proxy of its own.
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), env: { VSCODE_PROXY_URI: '' } });
  own(() => server.dispose());
  await writeConfig(join(server.home, 'config'), { contexts: [profile('team-a')] });
  await server.write('short.ipynb', notebookOf('print(6 * 7)'));
  browser = await launchBrowser();
  own(() => browser.close());
  await server.start();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  code = await CodePage.open(context, server);
  await code.openNotebook('short.ipynb');
  await code.showRuns();
});
afterEach(async ({ task }) => {
  await lastScreenshots(task, [code.page], 'vscode/sign-in-last');
  // VS Code shows three toasts at a time: those of the last test would keep the next one's back.
  await code.command('Notifications: Clear All Notifications');
});

/** The row of a context in the tree of contexts: the list of runs names contexts too. */
const inTree = (name: string) => new RegExp(`^${name}(?!:)`);

/** What a notification's text is, once it is there. */
function notification(text: string | RegExp) {
  return code.page.locator('.notification-toast').filter({ hasText: text }).first();
}

/** The same as it stands in the corner or in the list behind the bell, which is opened where VS Code has put it away already. */
async function told(text: string | RegExp) {
  const item = code.page.locator('.notification-list-item').filter({ hasText: text, visible: true }).first();
  try {
    await item.waitFor({ timeout: 30_000 });
  } catch {
    await code.command('Notifications: Show Notifications');
  }
  return item;
}

/** The page that VS Code opens for the person. */
async function pageAfter(press: () => Promise<void>): Promise<Page> {
  const opened = context.waitForEvent('page', { timeout: 120_000 });
  await press();
  return opened;
}

/** Signs in on the page of the provider where nobody is signed in: the test before may have done it, or all may have begun anew. */
async function ensureSignedIn(): Promise<void> {
  const row = code.row(/^team-a.*(alice|Not signed in)/).first();
  await row.waitFor();
  if ((await row.textContent())?.includes('alice') === true) return;
  const page = await pageAfter(() => code.inlineAction(inTree('team-a'), 'Sign in…'));
  await signInOnPage(page, 'alice');
  await page.getByText(/close this/i).waitFor();
  await page.close();
  await notification(/Signed in to team-a.*alice/).waitFor();
}

it('signs in with the browser, shows who it is in tree, status bar and menu of accounts, and signs out', async () => {
  const row = code.row(/^team-a.*Not signed in · /);
  await row.first().waitFor({ timeout: 120_000 });
  await code.screenshot('signed-out');
  const page = await pageAfter(() => code.inlineAction(inTree('team-a'), 'Sign in…'));
  await notification('Sign in on the page that opened').waitFor();
  await code.screenshot('signing-in');
  await signInOnPage(page, 'alice');
  await page.getByText(/close this/i).waitFor();
  await screenshot(page, 'vscode/signed-in-page');
  await page.close();
  await notification(/Signed in to team-a.*alice/).waitFor();
  await code
    .row(/team-a.*alice/)
    .first()
    .waitFor();
  await code.page.getByRole('button', { name: 'Accounts' }).first().click();
  await code.page
    .locator('.monaco-menu')
    .getByText(/alice.*\(Slipway\)/)
    .waitFor();
  await code.screenshot('signed-in');
  await code.menuListens();
  await code.page.keyboard.press('Escape');

  await code.rowAction(inTree('team-a'), 'Sign out');
  await row.first().waitFor();
  await notification(/token/).waitFor();
});

it('signs in with a code where the browser does not come back, and goes on with the run that asked for it', async () => {
  await code.inlineAction(inTree('team-a'), 'Run here from now on');
  await code.statusItem.filter({ hasText: 'team-a: Not signed in' }).waitFor();
  await code.runButton.click();
  const asked = notification('This needs a sign-in to team-a');
  await asked.waitFor({ timeout: 120_000 });
  await code.screenshot('sign-in-asked');
  const page = await pageAfter(() => asked.getByRole('button', { name: 'Sign in', exact: true }).click());
  await page.close();
  await (await told('Sign in on the page that opened')).getByText('Use a code instead').click();
  const toast = await told(/and enter: [A-Z]{4}-[A-Z]{4}/);
  await toast.waitFor();
  await code.screenshot('sign-in-code');
  const [shown = ''] = /[A-Z]{4}-[A-Z]{4}/.exec((await toast.textContent()) ?? '') ?? [];
  const phone = await browser.newContext();
  const other = await phone.newPage();
  await approveDevice(other, `${provider.issuer}/device?user_code=${shown}`, 'alice');
  await phone.close();
  await code
    .row(/team-a.*alice/)
    .first()
    .waitFor();
  // The run goes on, and finds what is wrong next. Where the list behind the bell is open, that is where it comes.
  await (await told(/cannot be reached|is not reachable|did not answer|refused/)).waitFor({ timeout: 120_000 });
  await code.screenshot('signed-in-and-run');
});

it('adds a context from what was copied, gives a sign-in up, and removes the context', async () => {
  await ensureSignedIn();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await code.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(stringify(profile('imaging')))})`);
  await code.command('Slipway: Add context');
  await code.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'From the clipboard' }).click();
  // Who is signed in with that provider is so for all contexts of it.
  await code
    .row(/imaging.*alice/)
    .first()
    .waitFor({ timeout: 120_000 });
  await code.rowAction(inTree('imaging'), 'Sign out');
  await code
    .row(/imaging.*Not signed in/)
    .first()
    .waitFor();
  await code
    .row(/team-a.*Not signed in/)
    .first()
    .waitFor();
  // What was told so far is not to keep the next one back.
  await code.command('Notifications: Clear All Notifications');
  const page = await pageAfter(() => code.inlineAction(inTree('imaging'), 'Sign in…'));
  await page.close();
  await notification('Sign in to imaging').getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => notification('Sign in to imaging').count()).toBe(0);
  await code.rowAction(inTree('imaging'), 'Remove context…');
  await code.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => code.row(/imaging/).count(), { timeout: 60_000 }).toBe(0);

  // A mistake in the file is told where the contexts are, and takes none of them away.
  const file = join(server.home, 'config/slipway/config.yaml');
  const right = await readFile(file, 'utf8');
  await writeFile(file, 'version: 1\ncontexts: [what]\n');
  const problem = code.page.locator('.pane-body .message').filter({ hasText: 'config.yaml' });
  await problem.waitFor({ timeout: 60_000 });
  await code.screenshot('config-broken');
  await code.row(inTree('team-a')).first().waitFor();
  await code.command('Slipway: Edit contexts');
  await code.page.locator('.tab').filter({ hasText: 'config.yaml' }).waitFor();
  await writeFile(file, right);
  await expect.poll(() => problem.count(), { timeout: 60_000 }).toBe(0);
});
