import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyCore, until } from './faultyCore.ts';
import type { FollowedLog } from './followedLog.ts';

const minutes = 60_000;
/** So long a person may be left with something that is not so any more. */
const truthMs = 10_000;
/** How long anything may take on a machine that does other things besides. */
const patienceMs = 60_000;

const count = (lines: number) => Array.from({ length: lines }, (_, line) => line);

/** Resolves when the log has grown from what it is now. */
async function linesGoOn(log: FollowedLog, step: string, withinMs = patienceMs): Promise<void> {
  const before = log.lines(step).length;
  await until(`${step} has more lines than ${before}`, withinMs, () =>
    log.lines(step).length > before ? true : undefined,
  );
}

let faulty: FaultyCore;

beforeAll(async () => {
  faulty = await FaultyCore.create('faults');
});

afterAll(async () => {
  await faulty.dispose();
});

/** Told within ten seconds that what is shown is old, and how old. */
async function toldStale(from: number): Promise<void> {
  const stale = await until('the client is told that there is no news', truthMs, () =>
    faulty.connection === 'stale' ? faulty.news.at(-1) : undefined,
  );
  expect(stale.since).toBeLessThanOrEqual(stale.at);
  expect(stale.since).toBeGreaterThan(from - truthMs);
  expect(stale.reason ?? '').not.toBe('');
}

async function toldLive(): Promise<void> {
  await until('the client is told that the news are back', patienceMs, () =>
    faulty.connection === 'live' ? true : undefined,
  );
}

async function isWhole(log: FollowedLog, step: string, lines: number): Promise<void> {
  await log.ended;
  expect(log.misplaced).toEqual([]);
  expect(log.lines(step)).toEqual(count(lines));
}

describe('the connection to the cluster', () => {
  const lines = 1_200;

  it(
    'may be cut, refused, slow and half open while a run goes on',
    async () => {
      const { proxy } = faulty;
      const run = await faulty.submitLines(lines, 100);
      const log = faulty.follow(run.name);
      await until('the command prints', 2 * minutes, () => (log.lines('command').length > 5 ? true : undefined));

      // Cut: new connections are made at once, and nothing is lost.
      proxy.cut();
      await linesGoOn(log, 'command', truthMs);
      await toldLive();

      // Refused: there is no way to the cluster for a while.
      const refusedAt = Date.now();
      await proxy.refuse();
      proxy.cut();
      await toldStale(refusedAt);
      await sleep(5_000);
      await proxy.accept();
      await linesGoOn(log, 'command');
      await toldLive();

      // Half open: nothing comes, nobody says so.
      const frozenAt = Date.now();
      proxy.freeze();
      await toldStale(frozenAt);
      await sleep(10_000);
      proxy.thaw();
      await linesGoOn(log, 'command');
      await toldLive();

      // Slow: each piece takes a third of a second each way, and that is no reason to be worried.
      const before = faulty.news.length;
      proxy.delay(300);
      await linesGoOn(log, 'command');
      await sleep(8_000);
      await linesGoOn(log, 'command', truthMs);
      proxy.delay(0);
      expect(faulty.news.slice(before)).toEqual([]);

      const ended = await faulty.ended(run.name, 5 * minutes);
      expect(ended.state, JSON.stringify(ended)).toBe('succeeded');
      await isWhole(log, 'command', lines);
    },
    10 * minutes,
  );
});
