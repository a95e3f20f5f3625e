import type { Comparison } from '../bench/statistics.ts';
import { launchBrowser } from '../integration/hosts/chromium.ts';
import { frameWork } from './frameWork.ts';
import { serveGallery } from './galleryPage.ts';
import type { LongLogWindow } from './longLogPage.ts';

const megabyte = 1e6;
const framesARound = 300;

/** The log view on a million lines: its first screen at 900,000, its frames while it is scrolled, and its memory. */
export async function panels(rounds: number): Promise<Comparison[]> {
  const server = await serveGallery('longLogPage.ts');
  const browser = await launchBrowser('--enable-precise-memory-info', '--js-flags=--expose-gc');
  const opening: number[] = [];
  const memory = { ours: [] as number[], reference: [] as number[] };
  const frames = { ours: [] as number[], reference: [] as number[] };
  const work: number[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const opened = await browser.newPage({ viewport: { width: 1000, height: 800 } });
      await opened.goto(`${server.url}?lines=900000`);
      opening.push((await opened.evaluate(() => (globalThis as unknown as LongLogWindow).measure.open())) / 1000);
      await opened.close();

      const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
      await page.goto(`${server.url}?lines=1000000`);
      const heap = () =>
        page.evaluate(() => {
          const {
            gc,
            performance: { memory: used },
          } = globalThis as unknown as {
            gc: () => void;
            performance: { memory: { usedJSHeapSize: number } };
          };
          gc();
          return used.usedJSHeapSize;
        });
      memory.reference.push((await heap()) / megabyte);
      await page.evaluate(() => (globalThis as unknown as LongLogWindow).measure.open());
      frames.reference.push(
        ...(await page.evaluate((count) => (globalThis as unknown as LongLogWindow).measure.idle(count), framesARound)),
      );
      const scroll = () =>
        page.evaluate((count) => (globalThis as unknown as LongLogWindow).measure.scroll(count), framesARound);
      frames.ours.push(...(await scroll()));
      work.push(...(await frameWork(browser, scroll)));
      memory.ours.push((await heap()) / megabyte);
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return [
    {
      name: 'Log view: first screen of 900,000 lines',
      unit: 's',
      ours: opening,
      reference: opening.map(() => 1),
      referenceName: 'the goal itself',
      goal: 'at most 1 s',
      met: (mine) => mine <= 1,
    },
    {
      name: 'Log view: processor time of a frame while 1,000,000 lines are scrolled, whatever else the machine does',
      unit: 'ms',
      ours: work,
      reference: work.map(() => 16),
      referenceName: 'the goal itself',
      percent: 95,
      goal: 'p95 at most 16 ms',
      met: (mine) => mine <= 16,
    },
    {
      name: 'Log view: frames while 1,000,000 lines are scrolled',
      unit: 'ms',
      ...frames,
      referenceName: 'frames of the same page in which nothing is done',
      percent: 95,
      goal: 'p95 at most a frame more',
      met: (mine, reference) => mine <= reference + 16.7,
    },
    {
      name: 'Log view: JavaScript memory after 1,000,000 lines were scrolled through',
      unit: 'MB',
      ...memory,
      referenceName: 'the page before',
      goal: 'at most 100 MB',
      met: (mine) => mine <= 100,
    },
  ];
}
