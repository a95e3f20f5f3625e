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
