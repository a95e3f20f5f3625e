import type { DevEnvJob } from '@slipway/shared/protocol';
import { runningJob } from '@slipway/shared/protocol/testing';
import { expect, it } from 'vitest';
import { followJob } from './followJob.ts';

const running = runningJob();
const failed: DevEnvJob = { ...running, state: 'failed', exitCode: 3 };

it('reads a log in pages to its end, a character cut in two as one', async () => {
  const bytes = Buffer.from('one 中 two');
  const pages = [
    { from: 0, to: 5, job: running },
    { from: 5, to: 5, job: running },
    { from: 5, to: bytes.length, job: failed },
    { from: bytes.length, to: bytes.length, job: failed },
  ];
  const texts: string[] = [];
  const states: string[] = [];
  const read = (offset: number) => {
    const page = pages.shift();
    if (page === undefined) throw new Error('asked after the end');
    expect(offset).toBe(page.from);
    const data = bytes.subarray(page.from, page.to).toString('base64');
    return Promise.resolve({ data, offset: page.to, job: page.job });
  };
  const ended = await followJob({
    read,
    onText: (text) => texts.push(text),
    onJob: ({ state }) => states.push(state),
  });
  expect(texts.join('')).toBe('one 中 two');
  expect(states).toEqual(['running', 'running', 'failed', 'failed']);
  expect(ended).toBe(failed);
});
