import type { Browser } from 'playwright-core';

/** An event of Chromium's tracing, as far as it is read here. Times in microseconds, `tdur` of processor time. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

/**
 * Processor time of each frame in milliseconds: every task of the page's main thread, script, style, layout and painting
 * alike, from one animation frame to the next. Unlike the time between frames it does not grow when others use the machine.
 * @param scroll makes the page draw frames; nothing else may be going on in the browser
 */
export async function frameWork(browser: Browser, scroll: () => Promise<unknown>): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as TraceEvent[]) events.push(event);
  });
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  await scroll();
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return workOfFrames(events);
}

function workOfFrames(events: readonly TraceEvent[]): number[] {
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame').sort((a, b) => a.ts - b.ts);
  const [first] = frames;
  if (first === undefined) throw new Error('The browser has traced no frame.');
  const tasks = events
    .filter(({ name, ph, pid, tid }) => name === 'RunTask' && ph === 'X' && pid === first.pid && tid === first.tid)
    .sort((a, b) => a.ts - b.ts);
  const work = frames.map(() => 0);
  let frame = -1;
  for (const { ts, dur = 0, tdur = 0 } of tasks) {
    // The task that an animation frame is fired in belongs to that frame.
    while ((frames[frame + 1]?.ts ?? Infinity) <= ts + dur) frame += 1;
    if (frame >= 0) work[frame] = (work[frame] ?? 0) + tdur / 1000;
  }
  // What came after the last frame is no frame's.
  return work.slice(0, -1);
}
