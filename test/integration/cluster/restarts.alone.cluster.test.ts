import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, startPart, stopPart, waitFor } from '../../cluster/cluster.mjs';
import { minutes, toldLive, toldStale, wholeLog } from './faultTruth.ts';
import { FaultyCore } from './faultyCore.ts';

let faulty: FaultyCore;

beforeAll(async () => {
  faulty = await FaultyCore.create('restarts');
});

afterAll(async () => {
  await faulty.dispose();
});

const step = 'command';

describe('a run goes on', () => {
  it(
    'while the API server crashes and comes back',
    async () => {
      const run = await faulty.submitLines();
      const log = faulty.follow(run.name);
      await log.goesOn(step);
      const from = Date.now();
      await stopPart('kube-apiserver', 0);
      try {
        await toldStale(faulty, from);
        await sleep(3_000);
      } finally {
        startPart('kube-apiserver');
      }
      await waitFor('the API server answers', 240, () => kubectl(['get', '--raw', '/readyz']).catch(() => undefined));
      await log.goesOn(step);
      await toldLive(faulty);
      await faulty.endLines(run.name, step);
      const ended = await faulty.ended(run.name, 3 * minutes);
      expect(ended.state, JSON.stringify(ended)).toBe('succeeded');
      await wholeLog(log, step);
    },
    20 * minutes,
  );

  it(
    'while the controller of Tekton is replaced',
    async () => {
      const run = await faulty.submitLines();
      const log = faulty.follow(run.name);
      await log.goesOn(step);
      const news = faulty.news.length;
      const controller = ['-n', 'tekton-pipelines', '-l', 'app=tekton-pipelines-controller'];
      await kubectl(['delete', 'pod', ...controller, '--wait=false', '--grace-period=1']);
      await log.goesOn(step);
      await faulty.endLines(run.name, step);
      const ended = await faulty.ended(run.name, 4 * minutes);
      expect(ended.state, JSON.stringify(ended)).toBe('succeeded');
      expect(ended.steps.map(({ name, state }) => `${name} ${state}`)).toContain('command succeeded');
      await wholeLog(log, step);
      // The cluster was heard all the time.
      expect(faulty.news.slice(news)).toEqual([]);
      await kubectl(['wait', 'pod', ...controller, '--for=condition=Ready', '--timeout=240s']);
    },
    20 * minutes,
  );
});
