import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { testCluster } from '../cluster/clusterMachine.ts';
import { HubServer } from '../cluster/hubServer.ts';
import { anewAfterFailure } from '../hosts/anewAfterFailure.ts';
import { lastScreenshots, screenshot } from '../hosts/screenshots.ts';
import { notebookOf } from '../jupyterlab/notebooks.ts';
import type { CodePage } from '../vscode/codePage.ts';
import { BothHosts } from './bothHosts.ts';
import {
  cluster,
  detailInCode,
  detailInLab,
  findingIn,
  linesWith,
  newRun,
  patienceMs,
  pressInLab,
  rowInLab,
  runInCode,
  runInLab,
  runsInLab,
} from './hostViews.ts';

/** Prints lines until it is told to end: how long a page takes to show them differs. */
const loop = `import os, time
number = 0
while number < 500 and not os.path.exists("end"):
    print("line", number, "of the" + " loop", flush=True)
    number += 1
    time.sleep(0.5)`;

const showDataset = `import os, pathlib
folder = pathlib.Path(os.environ["SLIPWAY_DATASET"])
print("dataset", [(path.name, path.read_text().strip()) for path in folder.iterdir()])`;

let both: BothHosts;
let hub: HubServer;

anewAfterFailure(async (own) => {
  hub = await HubServer.start(testCluster().nodeAddress, { 'cells.csv': 'one,two\n' });
  own(() => hub.dispose());
  both = await BothHosts.start('both-hosts', {
    'from-lab.ipynb': notebookOf('print("as saved")', loop, 'print("total", number)'),
    'from-code.ipynb': notebookOf(showDataset, loop, 'print("total", number)'),
    'here.ipynb': notebookOf('print("on this machine")'),
    'module.ipynb': notebookOf('values = 3', 'import values_of_the_team\nprint(values_of_the_team.first)'),
  });
  own(() => both.dispose());
});
afterEach(({ task }) => lastScreenshots(task, both.pages(), 'hostsCluster/last'));

it('a cluster run of JupyterLab is followed in VS Code, beside a local run, while the context is switched', async () => {
  const { lab, code } = await both.open({ lab: 'from-lab.ipynb', code: 'here.ipynb' });
  await runInLab(lab, cluster);
  await lab.typeInto(0, 'print("as edited")');
  const run = await pressInLab(lab);
  await lab.statusItem.filter({ hasText: 'cell' }).waitFor({ timeout: 240_000 });
  const seen = await detailInCode(code, /from-lab\.ipynb/, run);
  await seen
    .getByText(/cell 2 of 3/)
    .first()
    .waitFor({ timeout: patienceMs });
  await seen.getByRole('tab', { name: 'Logs' }).click();
  await seen
    .getByText(/line \d+ of the loop/)
    .first()
    .waitFor({ timeout: patienceMs });
  await screenshot(code.page, 'hostsCluster/code-running');
  const detail = await detailInLab(lab, run);
  await detail
    .getByText(/cell 2 of 3/)
    .first()
    .waitFor({ timeout: patienceMs });
  await screenshot(lab.page, 'hostsCluster/lab-running');
  for (const panel of [detail, seen]) {
    const page = await panel.getByRole('link', { name: 'GPU use' }).getAttribute('href');
    expect(page).toBe(`https://grafana.example/d/gpu?var-namespace=${both.machine.namespace}&var-pod=${run}-run-pod`);
  }

  // On this machine meanwhile, where VS Code still sends runs.
  await code.page.locator('.tab').filter({ hasText: 'here.ipynb' }).click();
  await code.runButton.click();
  await code.statusItem.filter({ hasText: '2 runs active' }).waitFor({ timeout: patienceMs });
  await runInCode(code, cluster);
  await runInLab(lab, 'local');
  await lab.sidePanel.getByText('from-lab.ipynb, in local').waitFor({ timeout: patienceMs });
  await code.row(/here\.ipynb.*Passed/).waitFor({ timeout: 240_000 });

  await code.row(/from-lab\.ipynb.*Running.*test-cluster/).waitFor({ timeout: patienceMs });
  await endLoop(run);
  await rowInLab(lab, run).and(lab.row('passed')).waitFor({ timeout: 240_000 });
  const lines = await printedBy(run, 'from-lab');
  await code.row(/from-lab\.ipynb.*Passed.*test-cluster/).waitFor({ timeout: patienceMs });
  await lab.page.locator('.Toastify__toast').filter({ hasText: 'Passed' }).first().waitFor({ timeout: patienceMs });
  // The tab of the local run lies before it.
  expect(await linesWith(await detailInCode(code, /from-lab\.ipynb.*Passed/, run), 'of the loop')).toBe(lines);
  expect(await linesWith(detail, 'of the loop')).toBe(lines);
  await detail.getByRole('tab', { name: 'Overview' }).click();
  await detail.locator('button.file').filter({ hasText: '.html' }).first().click();
  await lab.report.getByText('as edited').first().waitFor({ timeout: patienceMs });
  await screenshot(lab.page, 'hostsCluster/lab-report');
  await code.rowAction(/from-lab\.ipynb/, 'Open executed notebook');
  await code.page.locator('.tab.active').filter({ hasText: 'from-lab_output.ipynb' }).waitFor({ timeout: patienceMs });
  await code.page
    .locator('.notebook-editor .code-cell-row')
    .filter({ hasText: 'as edited' })
    .first()
    .waitFor({ timeout: patienceMs });
  await screenshot(code.page, 'hostsCluster/code-executed');
});

it('a cluster run of VS Code, with a dataset from its form, is followed in JupyterLab and cancelled there', async () => {
  const { lab, code } = await both.open({ lab: 'here.ipynb', code: 'from-code.ipynb' });
  await runInCode(code, cluster);
  const known = await runsInLab(lab);
  await code.page.locator('.tab').filter({ hasText: 'from-code.ipynb' }).click();
  await runWithDataset(code);
  const run = await newRun(lab, known);
  await code.statusShows('cell', 240_000);
  const detail = await detailInLab(lab, run);
  await detail.getByRole('tab', { name: 'Logs' }).click();
  await detail.getByText("dataset [('cells.csv', 'one,two')]", { exact: true }).waitFor({ timeout: patienceMs });
  await detail
    .getByText(/line \d+ of the loop/)
    .first()
    .waitFor({ timeout: patienceMs });
  await detail.getByRole('button', { name: 'Cancel' }).click();
  await detail.getByRole('button', { name: 'Cancel the run' }).click();
  await rowInLab(lab, run).and(lab.row('cancelled')).waitFor({ timeout: patienceMs });
  await code.row(/from-code\.ipynb.*Cancelled/).waitFor({ timeout: patienceMs });
  // What was printed before is kept, and read from both.
  const seen = await detailInCode(code, /from-code\.ipynb.*Cancelled/, run);
  const kept = await linesWith(seen, 'of the loop');
  expect(kept).toBeGreaterThan(0);
  expect(await linesWith(detail, 'of the loop')).toBe(kept);
});

it('a run that fails on the cluster says where and why in both, and passes when it is tried again as advised', async () => {
  const { lab, code } = await both.open({ lab: 'module.ipynb', code: 'here.ipynb' });
  await runInLab(lab, cluster);
  const run = await pressInLab(lab);
  await rowInLab(lab, run).and(lab.row('failed')).waitFor({ timeout: 240_000 });
  const detail = await detailInLab(lab, run);
  const seen = await detailInCode(code, /module\.ipynb.*Failed/, run);
  for (const panel of [detail, seen]) {
    await panel.getByText('notebook, cell 2 of 2').waitFor({ timeout: patienceMs });
    await findingIn(panel, /values_of_the_team/);
  }
  await screenshot(lab.page, 'hostsCluster/lab-failed');
  await screenshot(code.page, 'hostsCluster/code-failed');

  await both.jupyter.write('values_of_the_team.py', 'first = "it is there " + "now"\n');
  const known = await runsInLab(lab);
  await seen.getByRole('button', { name: 'Retry from prepare' }).click();
  const again = await newRun(lab, known);
  const passed = await detailInLab(lab, again);
  await passed.getByText('Passed').first().waitFor({ timeout: 240_000 });
  expect(await linesWith(passed, 'it is there now')).toBe(1);
});

it('the form shows the manifest of a cluster run, and an image that is not there is told of', async () => {
  const { lab, code } = await both.open({ lab: 'here.ipynb', code: 'here.ipynb' });
  await runInCode(code, cluster);
  await code.page.locator('.tab').filter({ hasText: 'here.ipynb' }).click();
  await code.command('Run on GPU cluster with options');
  const form = await code.panel('slipway-run-form');
  await form.getByLabel('Image').fill('registry.testbed.local/public/missing:1');
  await form.getByRole('button', { name: 'Preview manifest' }).click();
  const manifest = code.page.locator('.editor-instance .view-lines').filter({ hasText: 'PipelineRun' });
  await manifest.first().waitFor({ timeout: patienceMs });
  await screenshot(code.page, 'hostsCluster/code-manifest');
  // VS Code would ask what is to become of it.
  await code.command('View: Revert and Close Editor');
  const known = await runsInLab(lab);
  await code.page.locator('.tab').filter({ hasText: 'Run here.ipynb' }).click();
  await form.getByRole('button', { name: /^Run/ }).click();
  const run = await newRun(lab, known);
  await rowInLab(lab, run).and(lab.row('failed')).waitFor({ timeout: 240_000 });
  const detail = await detailInLab(lab, run);
  await findingIn(detail, /public\/missing:1/);
  await screenshot(lab.page, 'hostsCluster/lab-no-image');
});

it('both say since when the cluster is out of reach, and come back by themselves', async () => {
  const { lab, code } = await both.open({ lab: 'from-lab.ipynb', code: 'here.ipynb' });
  await runInLab(lab, cluster);
  const run = await pressInLab(lab);
  await rowInLab(lab, run).and(lab.row('running')).waitFor({ timeout: 240_000 });
  const detail = await detailInLab(lab, run);
  const seen = await detailInCode(code, /from-lab\.ipynb/, run);
  await detail
    .getByText(/cell 2 of 3/)
    .first()
    .waitFor({ timeout: patienceMs });

  await both.proxy.refuse();
  both.proxy.cut();
  await Promise.all([
    lab.sidePanel
      .locator(`.slipway-context[data-context="${cluster}"]`)
      .getByText('Not reachable')
      .waitFor({ timeout: 60_000 }),
    rowInLab(lab, run)
      .and(lab.sidePanel.locator('[data-stale="true"]'))
      .getByText(/Running at \d\d:\d\d:\d\d/)
      .waitFor({ timeout: 60_000 }),
    lab.statusItem.getByText(/Running at \d\d:\d\d:\d\d/).waitFor({ timeout: 60_000 }),
    code.row(/test-cluster: Not reachable.*as of \d\d:\d\d:\d\d/).waitFor({ timeout: 60_000 }),
    code.row(/from-lab\.ipynb.*Running at \d\d:/).waitFor({ timeout: 60_000 }),
    code.statusItem.getByText(/Running at \d\d:\d\d:\d\d/).waitFor({ timeout: 60_000 }),
    detail.getByText('test-cluster does not answer.').waitFor({ timeout: 60_000 }),
    seen.getByText('test-cluster does not answer.').waitFor({ timeout: 60_000 }),
    seen
      .getByText(/^Running at \d\d:\d\d:\d\d/)
      .first()
      .waitFor({ timeout: 60_000 }),
  ]);
  await screenshot(lab.page, 'hostsCluster/lab-out-of-reach');
  await screenshot(code.page, 'hostsCluster/code-out-of-reach');

  await both.proxy.accept();
  const isBack = { state: 'hidden', timeout: patienceMs } as const;
  await Promise.all([
    lab.sidePanel.locator(`.slipway-context[data-context="${cluster}"]`).getByText('Not reachable').waitFor(isBack),
    rowInLab(lab, run).and(lab.sidePanel.locator('[data-stale="true"]')).waitFor(isBack),
    code.row('test-cluster: Not reachable').waitFor(isBack),
    code.row(/from-lab\.ipynb.*Running at/).waitFor(isBack),
    code.statusItem.getByText('Running at').waitFor(isBack),
    detail.getByText('test-cluster does not answer.').waitFor(isBack),
    seen.getByText('test-cluster does not answer.').waitFor(isBack),
  ]);
  await endLoop(run);
  await rowInLab(lab, run).and(lab.row('passed')).waitFor({ timeout: 240_000 });
  const lines = await printedBy(run, 'from-lab');
  expect(await linesWith(seen, 'of the loop')).toBe(lines);
  expect(await linesWith(detail, 'of the loop')).toBe(lines);
});

/** Fills in where the data comes from and as whom, in VS Code's form, and runs. */
async function runWithDataset(code: CodePage): Promise<void> {
  await both.machine.kubectl('create', 'secret', 'generic', 'hub-ada', `--from-literal=token=${hub.token}`);
  await code.command('Run on GPU cluster with options');
  const form = await code.panel('slipway-run-form');
  await form.getByLabel('Dataset', { exact: true }).fill('hf://datasets/lab/pbmc');
  await form.getByLabel('Secret', { exact: true }).fill('hub-ada');
  await form.getByLabel('Server', { exact: true }).fill(hub.url);
  await screenshot(code.page, 'hostsCluster/code-dataset');
  await form.getByRole('button', { name: /^Run/ }).click();
}

/** Lets the loop of a run end; the run's volume is on this machine, which is the node. */
async function endLoop(run: string): Promise<void> {
  await writeFile(join(await both.machine.folderOf(run), 'work/end'), '');
}

/** How many lines the loop of an ended run printed, by the notebook that it left. */
async function printedBy(run: string, name: string): Promise<number> {
  const executed = join(await both.machine.folderOf(run), `output/${name}_output.ipynb`);
  return Number(/total (\d+)/.exec(await readFile(executed, 'utf8'))?.[1]);
}
