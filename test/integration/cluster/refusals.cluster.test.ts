import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault, RequestMatch } from '../../cluster/faultProxy.ts';
import { minutes, toldLive, toldStale, wholeLog } from './faultTruth.ts';
import { FaultyCore } from './faultyCore.ts';

let faulty: FaultyCore;

beforeAll(async () => {
  faulty = await FaultyCore.create('refusals');
});

afterAll(async () => {
  await faulty.dispose();
});

const ownStep = 'command';
const theirStep = 'build/print';
const watches = /^GET .*[?&]watch=true/;
const execs = /\/exec\?/;
const logs = /\/log\?/;
const answer = (status: number, headers = {}): Fault => ({ kind: 'answer', status, headers });
const expired = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'Expired', code: 410 };

/** Answers all requests that match with a refusal, and ends those that are open so that they are asked anew. */
async function whileRefused(match: RequestMatch, fault: Fault, act: () => Promise<void>): Promise<void> {
  const heal = faulty.proxy.on(match, fault);
  faulty.proxy.cut(match);
  try {
    await act();
  } finally {
    heal();
  }
}

describe('an API server that refuses while runs go on', () => {
  let tries = 0;

  it(
    'costs no line, and what is shown is never old without being called so',
    async () => {
      const { proxy } = faulty;
      const theirs = `by-kubectl-${(tries += 1)}`;
      await faulty.createLines(theirs);
      const run = await faulty.submitLines();
      const own = faulty.follow(run.name);
      const other = faulty.follow(theirs);
      const bothGoOn = async () => {
        await Promise.all([own.goesOn(ownStep), other.goesOn(theirStep)]);
      };
      await bothGoOn();

      // The version that a watch stands at is too old: everything is listed anew.
      expect(proxy.inject(watches, `${JSON.stringify({ type: 'ERROR', object: expired })}\n`)).toBeGreaterThan(3);
      await bothGoOn();
      await toldLive(faulty);

      for (const status of [401, 429, 500, 410]) {
        // Nothing is heard of the runs any more, although their logs are read.
        const from = Date.now();
        await whileRefused(watches, answer(status, status === 429 ? { 'retry-after': '1' } : {}), async () => {
          await toldStale(faulty, from);
          await bothGoOn();
        });
        await toldLive(faulty);
      }
      for (const status of [401, 429, 500]) {
        // Without exec the log comes from the API; without both it comes later.
        await whileRefused(execs, answer(status), () => bothGoOn());
        await whileRefused(logs, answer(status), () => sleep(2_000));
        await bothGoOn();
      }

      await Promise.all([faulty.endLines(run.name, ownStep), faulty.endLines(theirs, theirStep)]);
      const [ended, theirEnd] = await Promise.all([run.name, theirs].map((name) => faulty.ended(name, 5 * minutes)));
      expect([ended?.state, theirEnd?.state], JSON.stringify([ended, theirEnd])).toEqual(['succeeded', 'succeeded']);
      await wholeLog(own, ownStep);
      await wholeLog(other, theirStep);
    },
    20 * minutes,
  );
});
