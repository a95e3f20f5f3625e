import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kubectl, type ClusterStatus } from '../../cluster/cluster.mjs';
import { Keycloak, passwords } from '../../identity/keycloak.ts';
import { KeycloakPages } from '../../identity/keycloakPages.ts';
import { writeConfig } from '../../identity/oidcProvider.ts';
import { testCluster } from '../cluster/clusterMachine.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { lastScreenshots, screenshot } from '../hosts/screenshots.ts';
import { audited, setUpCluster, teamProfile } from '../identity/signedInMachine.ts';
import { filesWithTokens } from '../identity/tokenSearch.ts';
import { JupyterServer } from '../jupyterlab/jupyterServer.ts';
import { LabPage } from '../jupyterlab/labPage.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import { CodePage } from '../vscode/codePage.ts';
import { CodeServer, prepared } from '../vscode/codeServer.ts';
import {
  detailInCode,
  detailInLab,
  linesWith,
  newRun,
  patienceMs,
  rowInLab,
  runInLab,
  runsInLab,
} from './hostViews.ts';

/** How long access and ID tokens hold, in seconds: shorter than the run. */
const tokenSeconds = 30;

const ticking = `import time
for number in range(${tokenSeconds + 15}):
    print("tick", number, "of the" + " run", flush=True)
    time.sleep(1)`;

let keycloak: Keycloak;
let cluster: ClusterStatus;
/** One person's machine with VS Code and JupyterLab on it. */
let server: CodeServer;
let jupyter: JupyterServer;
let browser: Browser;
let context: BrowserContext;
let code: CodePage;
let notebook: string;
/** Selects the runs of the notebook, whoever made them. */
const ofNotebook = () => `slipway.dev/notebook=${notebook.replace('.ipynb', '')}`;

anewAfterFailure(async (own) => {
  cluster = testCluster();
  [keycloak, browser] = await Promise.all([
    Keycloak.start({ realm: { accessTokenLifespan: tokenSeconds } }),
    launchBrowser(),
  ]);
  own(() => keycloak.dispose());
  own(() => browser.close());
  own(await setUpCluster(keycloak));
  // The provider is on this machine, too: code-server would send the browser to it through a proxy of its own.
  server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), env: { VSCODE_PROXY_URI: '' } });
  own(() => server.dispose());
  const profiles = await Promise.all(['team-a', 'team-b'].map((space) => teamProfile(keycloak, cluster, space)));
  const contexts = profiles.flatMap((text) => (parse(text) as { readonly contexts: readonly unknown[] }).contexts);
  await writeConfig(join(server.home, 'config'), { contexts });
  // The space keeps the runs of earlier tries.
  notebook = `ticking-${randomBytes(2).toString('hex')}.ipynb`;
  own(async () => {
    await kubectl(['-n', 'team-a', 'delete', 'pipelineruns', '-l', ofNotebook(), '--wait=false']);
  });
  await server.write(notebook, notebookOf(ticking));
  jupyter = await JupyterServer.create({ home: server.home });
  own(() => jupyter.dispose());
  await Promise.all([server.start(), jupyter.start()]);
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ignoreHTTPSErrors: true });
  code = await CodePage.open(context, server);
});
afterEach(({ task }) => lastScreenshots(task, context.pages(), 'vscode/sign-in-cluster-last'));

function notification(text: string | RegExp) {
  return code.page.locator('.notification-toast').filter({ hasText: text }).first();
}

/** Has runs go to a context, and waits until its row says so. A press that meets a tree which is drawn anew is lost. */
async function runsGoTo(name: string): Promise<void> {
  const chosen = code.row(new RegExp(`^${name}(?!:).*runs go here`)).first();
  const isChosen = (timeout: number): Promise<boolean> =>
    chosen.waitFor({ timeout }).then(
      () => true,
      () => false,
    );
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await code.inlineAction(new RegExp(`^${name}(?!:)`), 'Run here from now on');
    if (await isChosen(30_000)) return;
  }
  throw new Error(`The row of ${name} does not say that runs go there.`);
}

/** Presses a button, and signs in as alice on the page that opens. @throws Error with what `asking` shows where none does */
async function signInAsAlice(asking: Page, button: Locator): Promise<void> {
  const [page] = await Promise.all([context.waitForEvent('page', { timeout: patienceMs }), button.click()]).catch(
    async (error: unknown) => {
      const shown = await asking.locator('body').innerText();
      throw new Error(`No page opened to sign in. The one that asked shows:\n${shown}`, { cause: error });
    },
  );
  const pages = KeycloakPages.at(context, page);
  await pages.logIn('alice', passwords.alice);
  const signedIn = page.getByText('You are signed in');
  // A sign-out revokes the refresh token, and Keycloak may forget with it what somebody agreed to.
  await page.locator('#kc-oauth').or(signedIn).first().waitFor();
  if (await page.locator('#kc-oauth').isVisible()) await pages.allow();
  await signedIn.waitFor();
  await page.close();
}

/** The PipelineRun says whose it is, and the API server knows who made it. */
async function isOfAlice(run: string, auditedFrom: number): Promise<void> {
  const annotation = 'jsonpath={.metadata.annotations.slipway\\.dev/user}';
  expect(await kubectl(['-n', 'team-a', 'get', `pipelinerun/${run}`, '-o', annotation])).toContain('alice');
  expect([...(await audited(cluster, auditedFrom, 'oidc:alice'))]).toContain('create pipelineruns team-a 201');
}

it('VS Code runs the open notebook on the cluster as the person who signed in, over the life of tokens, until the sign-out', async () => {
  const { size } = await stat(cluster.auditLog);
  await code.openNotebook(notebook);
  await code.showRuns();
  await runsGoTo('team-a');
  await code.runButton.click();
  const asked = notification('This needs a sign-in to team-a');
  await signInAsAlice(code.page, asked.getByRole('button', { name: 'Sign in', exact: true }));
  await code
    .row(/^team-a.*alice/)
    .first()
    .waitFor({ timeout: patienceMs });

  // The press that asked goes on.
  const row = code.row(new RegExp(notebook)).first();
  await row.waitFor({ timeout: patienceMs });
  const only = await kubectl(['-n', 'team-a', 'get', 'pipelineruns', '-l', ofNotebook(), '-o', 'name']);
  const run = only.trim().split('/').at(-1) ?? '';
  const detail = await detailInCode(code, new RegExp(notebook), run);
  await code
    .row(new RegExp(`${notebook}.*Passed`))
    .first()
    .waitFor({ timeout: 300_000 });
  expect(await linesWith(detail, 'of the run')).toBe(tokenSeconds + 15);
  await code.screenshot('sign-in-cluster-passed');
  await isOfAlice(run, size);

  // What the editor, its server and the core keep of a sign-in is in the vault alone.
  expect(await filesWithTokens(server.home)).toEqual([expect.stringMatching(/^data\/slipway\/identity\//)]);

  await code.rowAction(/^team-a(?!:)/, 'Who am I');
  const who = code.page.locator('.monaco-dialog-box');
  await who.filter({ hasText: 'oidc:alice' }).waitFor({ timeout: patienceMs });
  await code.screenshot('who-am-i');
  await who.getByRole('button', { name: 'OK' }).click();

  // Another team's space is not hers: it says so, and names it.
  await runsGoTo('team-b');
  await code.page.locator('.tab').filter({ hasText: notebook }).first().click();
  await code.runButton.click();
  await notification(/(?:may not|forbidden)[^]*team-b|team-b[^]*(?:may not|forbidden)/).waitFor({
    timeout: patienceMs,
  });
  await code.screenshot('sign-in-cluster-forbidden');
  await runsGoTo('team-a');

  await code.rowAction(/^team-a(?!:)/, 'Sign out');
  await code
    .row(/^team-a.*Not signed in/)
    .first()
    .waitFor({ timeout: patienceMs });
  await code.page.locator('.tab').filter({ hasText: notebook }).first().click();
  await code.runButton.click();
  await notification('This needs a sign-in to team-a').waitFor({ timeout: patienceMs });
});

it('JupyterLab does so beside it, with the sign-in that both share', async () => {
  const { size } = await stat(cluster.auditLog);
  // The test before has done so, unless it failed.
  if (
    !(await code
      .row(/^team-a/)
      .first()
      .isVisible())
  )
    await code.showRuns();
  const lab = await LabPage.open(context, jupyter, `lab/tree/${notebook}`);
  await lab.notebookReady();
  await lab.showSidePanel();
  await runInLab(lab, 'team-a');
  // Signed out in VS Code.
  await lab.sidePanel.locator('.slipway-context[data-context="team-a"]').getByText('Not signed in').waitFor();
  // What VS Code ran there comes into sight with the sign-in.
  const listed = await kubectl(['-n', 'team-a', 'get', 'pipelineruns', '-o', 'jsonpath={.items[*].metadata.name}']);
  const known = [...(await runsInLab(lab)), ...listed.split(' ')];
  await lab.runButton.click();
  const asked = lab.page
    .locator('.Toastify__toast')
    .filter({ hasText: /Sign in to team-a to go on/ })
    .first();
  await asked.waitFor({ timeout: patienceMs });
  // The question would move when a notice under it goes.
  expect(
    await lab.page
      .locator('.Toastify__toast')
      .filter({ hasText: `Submitting ${notebook}` })
      .count(),
  ).toBe(0);
  await signInAsAlice(lab.page, asked.getByRole('button', { name: 'Sign in' }));
  await lab.sidePanel.getByText('Signed in to team-a').waitFor({ timeout: patienceMs });
  await code
    .row(/^team-a.*alice/)
    .first()
    .waitFor({ timeout: patienceMs });

  const run = await newRun(lab, known, notebook);
  await rowInLab(lab, run).and(lab.row('passed')).waitFor({ timeout: 300_000 });
  const detail = await detailInLab(lab, run);
  expect(await linesWith(detail, 'of the run')).toBe(tokenSeconds + 15);
  await screenshot(lab.page, 'vscode/sign-in-cluster-lab');
  await isOfAlice(run, size);
  expect(await filesWithTokens(server.home)).toEqual([expect.stringMatching(/^data\/slipway\/identity\//)]);

  await lab.sidePanel.getByRole('button', { name: 'Sign out', exact: true }).click();
  await code
    .row(/^team-a.*Not signed in/)
    .first()
    .waitFor({ timeout: patienceMs });
  await lab.page.getByRole('tab', { name: notebook }).first().click();
  await lab.runButton.click();
  await asked.waitFor({ timeout: patienceMs });
});
