import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../integration/hosts/chromium.ts';
import { JupyterServer } from '../../integration/jupyterlab/jupyterServer.ts';
import { LabPage } from '../../integration/jupyterlab/labPage.ts';
import { notebookOf } from '../../integration/jupyterlab/notebooks.ts';
import { CodePage } from '../../integration/vscode/codePage.ts';
import { CodeServer, prepared } from '../../integration/vscode/codeServer.ts';
import { writeRunWithLongLog } from '../longLog.ts';
import { median, type Comparison } from '../statistics.ts';
import { memoryUse, totalOf, type MemoryUse } from './processMemory.ts';

const lines = 1_000_000;
const run = 'long-0001';
const pagesOfLog = 200;
/** Both the browser and Node give memory back when they have nothing else to do. */
const restMs = 10_000;

interface Pair {
  readonly before: MemoryUse;
  readonly after: MemoryUse;
}

/** The memory of an editor with a run's detail open and a log of 1e6 lines read in it, beside the same window before. */
export async function memory(pairs: number): Promise<readonly Comparison[]> {
  const code: Pair[] = [];
  const lab: Pair[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    code.push(await inCode());
    lab.push(await inLab());
  }
  return [compared('VS Code', code), compared('JupyterLab', lab)];
}

async function inCode(): Promise<Pair> {
  const server = await CodeServer.create({ vsix: prepared('SLIPWAY_TEST_VSIX'), isWhole: true });
  const browser = await launchBrowser();
  try {
    await writeRunWithLongLog(`${server.home}/data`, run, lines, Date.now());
    await server.write('a.ipynb', notebookOf('1'));
    await server.start();
    const code = await CodePage.open(await newContext(browser), server);
    await code.openNotebook('a.ipynb');
    const before = await rested(server.home);
    await code.showRuns();
    await code
      .row(/long\.ipynb/)
      .first()
      .click();
    await readLog(code.page, await code.panel('slipway-run-detail'));
    return { before, after: await rested(server.home) };
  } finally {
    await browser.close();
    await server.dispose();
  }
}

async function inLab(): Promise<Pair> {
  const server = await JupyterServer.create();
  const browser = await launchBrowser();
  try {
    await writeRunWithLongLog(server.dataHome, run, lines, Date.now());
    await server.write('a.ipynb', notebookOf('1'));
    await server.start();
    const lab = await LabPage.open(await newContext(browser), server, 'lab/tree/a.ipynb');
    await lab.notebookReady();
    const before = await rested(server.home);
    await lab.showSidePanel();
    await lab.sidePanel.getByText('long.ipynb').first().click();
    await readLog(lab.page, lab.detail);
    return { before, after: await rested(server.home) };
  } finally {
    await browser.close();
    await server.dispose();
  }
}

function newContext(browser: Browser): ReturnType<Browser['newContext']> {
  return browser.newContext({ viewport: { width: 1440, height: 900 } });
}

/** From the first line on, many screens down, and to the end. */
async function readLog(page: Page, detail: Locator): Promise<void> {
  await detail.getByRole('tab', { name: 'Logs' }).click();
  const text = (number: number): Locator => detail.getByText(`line ${number} of a long log`).first();
  await text(lines - 1).waitFor({ timeout: 60_000 });
  await detail.locator('.scroller >> visible=true').focus();
  await page.keyboard.press('Home');
  await text(0).waitFor({ timeout: 120_000 });
  for (let screen = 0; screen < pagesOfLog; screen += 1) await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await text(lines - 1).waitFor({ timeout: 60_000 });
}

async function rested(home: string): Promise<MemoryUse> {
  await sleep(restMs);
  return memoryUse(home);
}

function compared(host: string, pairs: readonly Pair[]): Comparison {
  const part = (name: string, of: (use: MemoryUse) => number): string => {
    const more = median(pairs.map(({ before, after }) => of(after) - of(before)));
    return `${name.padEnd(16)}${more >= 0 ? '+' : ''}${more.toFixed(1)} MB`;
  };
  return {
    name: `${host}: memory of the editor, its server, the core and the browser`,
    unit: 'MB',
    ours: pairs.map(({ after }) => totalOf(after)),
    reference: pairs.map(({ before }) => totalOf(before)),
    referenceName: 'the same window with a notebook open, before Slipway is used',
    details: [
      part('core', ({ core }) => core),
      part('extension host', ({ extensionHost }) => extensionHost),
      part('server', ({ server }) => server),
      part('browser', ({ browser }) => browser),
    ],
    goal: 'at most 300 MB more with a log of 1e6 lines read',
    met: (mine, theirs) => mine - theirs <= 300,
  };
}
