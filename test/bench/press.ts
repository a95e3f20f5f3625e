import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../integration/hosts/chromium.ts';
import { JupyterServer } from '../integration/jupyterlab/jupyterServer.ts';
import { LabPage } from '../integration/jupyterlab/labPage.ts';
import { notebookOf } from '../integration/jupyterlab/notebooks.ts';
import { CodePage } from '../integration/vscode/codePage.ts';
import { CodeServer, prepared } from '../integration/vscode/codeServer.ts';
import type { Comparison } from './statistics.ts';

const execute = promisify(execFile);
const longestMs = 120_000;
/** Says when it began, and goes on for longer than it takes to be shown. */
const slow = 'import time\nopen("began", "w").write(str(time.time()))\ntime.sleep(4)';
const notebook = notebookOf(slow, 'print("end")');

/** An editor with the notebook open. */
interface Editor {
  /** Brings the notebook to the front: the run's detail may be there. */
  readonly show: () => Promise<void>;
  readonly button: Locator;
  readonly status: Locator;
  /** Where the runs of this person are; the last one tells its Python. */
  readonly runs: string;
}

/** From the press of the button until the editor says that cell 1 of 2 runs, beside papermill's own way to that cell. */
export async function press(pairs: number): Promise<readonly Comparison[]> {
  return [
    compared('VS Code', await inCode((editor) => timePairs(editor, pairs))),
    compared('JupyterLab', await inLab((editor) => timePairs(editor, pairs))),
  ];
}

interface Times {
  readonly ours: readonly number[];
  readonly reference: readonly number[];
}

async function timePairs(editor: Editor, pairs: number): Promise<Times> {
  const ours: number[] = [];
  const reference: number[] = [];
  // The first pair finds the disk cold and tells which Python it is.
  for (let pair = -1; pair < pairs; pair += 1) {
    const pressed = await secondsToCell(editor);
    const byHand = await papermillSeconds(await pythonOf(editor.runs));
    if (pair < 0) continue;
    ours.push(pressed);
    reference.push(byHand);
  }
  return { ours, reference };
}

async function secondsToCell({ show, button, status }: Editor): Promise<number> {
  await show();
  const started = performance.now();
  await button.click();
  await status.filter({ hasText: /cell 1\/2/ }).waitFor({ timeout: longestMs });
  const seconds = (performance.now() - started) / 1000;
  await status.filter({ hasText: 'Passed' }).waitFor({ timeout: longestMs });
  return seconds;
}

/** From the start of papermill until the notebook's first cell begins. */
async function papermillSeconds(python: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  try {
    await writeFile(join(folder, 'a.ipynb'), notebook);
    const started = Date.now() / 1000;
    await execute(python, ['-m', 'papermill', '--kernel', 'python3', 'a.ipynb', 'out.ipynb'], { cwd: folder });
    return Number(await readFile(join(folder, 'began'), 'utf8')) - started;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pythonOf(runs: string): Promise<string> {
  const [run = ''] = await readdir(runs);
  return (await readFile(join(runs, run, 'python'), 'utf8')).trim();
}

async function inCode(measure: (editor: Editor) => Promise<Times>): Promise<Times> {
  const server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), isWhole: true });
  const browser = await launchBrowser();
  try {
    await server.write('a.ipynb', notebook);
    await server.start();
    const code = await CodePage.open(await newContext(browser), server);
    const show = () => code.openNotebook('a.ipynb');
    return await measure({ show, button: code.runButton, status: code.statusItem, runs: server.runs });
  } finally {
    await browser.close();
    await server.dispose();
  }
}

async function inLab(measure: (editor: Editor) => Promise<Times>): Promise<Times> {
  const server = await JupyterServer.create();
  const browser = await launchBrowser();
  try {
    await server.write('a.ipynb', notebook);
    await server.start();
    const lab = await LabPage.open(await newContext(browser), server, 'lab/tree/a.ipynb');
    await lab.notebookReady();
    const show = () => lab.showTab('a.ipynb');
    const runs = join(server.dataHome, 'slipway/runs');
    return await measure({ show, button: lab.runButton, status: lab.statusItem, runs });
  } finally {
    await browser.close();
    await server.dispose();
  }
}

function newContext(browser: Browser): ReturnType<Browser['newContext']> {
  return browser.newContext({ viewport: { width: 1440, height: 900 } });
}

function compared(host: string, { ours, reference }: Times): Comparison {
  return {
    name: `${host}: from the press until it shows "cell 1/2"`,
    unit: 's',
    ours,
    reference,
    referenceName: 'from the start of papermill until cell 1 begins',
    goal: 'at most 2.5 s more',
    met: (mine, theirs) => mine - theirs <= 2.5,
  };
}
