import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { lastScreenshots } from '../hosts/screenshots.ts';

const longestLog = 6000;
const longestPage = 12_000;

/** Where a person's machine, or several persons' one, leaves what explains a failure. */
export interface Witness {
  /** The folders that XDG calls data homes; one for a person alone. */
  readonly dataHomes?: readonly string[];
  readonly dataHome?: string;
  /** What servers and cores wrote. */
  readonly log: string;
}

/**
 * Prints, for each test of this file that fails, what there was to see: the runs' events, the end of the server's log, and what
 * the pages show; pictures of these are kept. To be called after the file's own `afterEach`, which would close the pages first.
 */
export function explainFailures(browser: () => Browser, witness: () => Witness | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const seen = witness();
    const homes = [seen?.dataHome ?? [], seen?.dataHomes ?? []].flat();
    const pages = browser()
      .contexts()
      .flatMap((context) => context.pages());
    await lastScreenshots(task, pages, `jupyterlab/failed-${task.name.replaceAll(/\W+/g, '-').slice(0, 80)}`);
    const parts = [
      ...(await Promise.all(homes.map(runsIn))),
      `--- log\n${(seen?.log ?? '').slice(-longestLog)}`,
      ...(await Promise.all(pages.map(pageText))),
    ];
    process.stderr.write(`What there was to see when "${task.name}" failed\n${parts.join('\n')}\n`);
  });
}

async function runsIn(dataHome: string): Promise<string> {
  const folder = join(dataHome, 'slipway/runs');
  const runs = await readdir(folder).catch(() => []);
  const events = runs.map(async (run) => {
    const text = await readFile(join(folder, run, 'events.jsonl'), 'utf8').catch(String);
    return `--- run ${run}\n${text.slice(-longestLog)}`;
  });
  return runs.length === 0 ? `--- no runs in ${folder}` : (await Promise.all(events)).join('\n');
}

/** As a screen reader tells it, which looks into the panels, too. */
async function pageText(page: Page): Promise<string> {
  const text = await page.locator('body').ariaSnapshot({ timeout: 10_000 }).catch(String);
  return `--- page ${new URL(page.url()).pathname}\n${text.slice(0, longestPage)}`;
}
