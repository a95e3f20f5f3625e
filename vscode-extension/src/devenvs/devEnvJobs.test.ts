import type { CoreConnection } from '@slipway/shared/client';
import type { DevEnvJob } from '@slipway/shared/protocol';
import { runningJob } from '@slipway/shared/protocol/testing';
import { expect, it } from 'vitest';
import { DevEnvJobs } from './devEnvJobs.ts';

const reference = { context: 'team-a', devEnv: 'devenv-alice' };
const running = runningJob();
const stopped: DevEnvJob = { ...running, state: 'stopped' };

it('keeps a command ended that an answer from before its end calls running', async () => {
  let answer: (result: unknown) => void = () => undefined;
  const core: Pick<CoreConnection, 'request' | 'onNotification'> = {
    request: () =>
      new Promise((resolve) => {
        answer = resolve as typeof answer;
      }),
    onNotification: () => ({ dispose: () => undefined }),
  };
  const jobs = new DevEnvJobs(core, new AbortController().signal);
  const read = jobs.read(reference);
  jobs.put(reference, stopped);
  answer({ jobs: [running] });
  expect(await read).toEqual([stopped]);
  expect(jobs.running).toEqual([]);
});

it('knows all commands once they were asked for, tells only of other ones, and forgets them where it cannot ask', async () => {
  let answer: () => Promise<unknown> = () => Promise.resolve({ jobs: [running] });
  const core = { request: () => answer(), onNotification: () => ({ dispose: () => undefined }) };
  const jobs = new DevEnvJobs(core as Pick<CoreConnection, 'request' | 'onNotification'>, new AbortController().signal);
  let told = 0;
  jobs.onChange(() => (told += 1));
  jobs.put(reference, running);
  expect([jobs.known(reference), told]).toEqual([undefined, 1]);
  await jobs.readAgain(reference);
  expect([jobs.known(reference), told]).toEqual([[running], 2]);
  await jobs.readAgain(reference);
  expect(told).toBe(2);
  answer = () => Promise.resolve({ jobs: [stopped] });
  await jobs.readAgain(reference);
  expect([jobs.known(reference), told]).toEqual([[stopped], 3]);
  answer = () => Promise.reject(new Error('gone'));
  await jobs.readAgain(reference);
  expect([jobs.known(reference), told]).toEqual([undefined, 4]);
});
