import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minutes, patienceMs, toldLive, toldStale, wholeLog } from './faultTruth.ts';
import { FaultyCore, until } from './faultyCore.ts';

let faulty: FaultyCore;

beforeAll(async () => {
  faulty = await FaultyCore.create('faults');
});

afterAll(async () => {
  await faulty.dispose();
});

describe('the connection to the cluster', () => {
  it(
    'may be cut, refused, slow and half open while a run goes on',
    async () => {
      const { proxy } = faulty;
      const run = await faulty.submitLines();
      const log = faulty.follow(run.name);
      await until('the command prints', patienceMs, () => (log.lines('command').length > 5 ? true : undefined));

      // Cut: new connections are made at once, and nothing is lost.
      proxy.cut();
      await log.goesOn('command');
      await toldLive(faulty);

      // Refused: there is no way to the cluster for a while.
      const refusedAt = Date.now();
      await proxy.refuse();
      proxy.cut();
      await toldStale(faulty, refusedAt);
      await sleep(5_000);
      await proxy.accept();
      await log.goesOn('command');
      await toldLive(faulty);

      // Half open: nothing comes, nobody says so.
      const frozenAt = Date.now();
      proxy.freeze();
      await toldStale(faulty, frozenAt);
      await sleep(10_000);
      proxy.thaw();
      await log.goesOn('command');
      await toldLive(faulty);

      // Slow: each piece takes a third of a second each way, and that is no reason to be worried.
      const before = faulty.news.length;
      proxy.delay(300);
      await log.goesOn('command');
      await sleep(8_000);
      await log.goesOn('command');
      proxy.delay(0);
      expect(faulty.news.slice(before)).toEqual([]);

      await faulty.endLines(run.name, 'command');
      const ended = await faulty.ended(run.name, 5 * minutes);
      expect(ended.state, JSON.stringify(ended)).toBe('succeeded');
      await wholeLog(log, 'command');
    },
    20 * minutes,
  );
});
