import type { CoreConnection } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';
import { runningJob } from '@slipway/shared/protocol/testing';
import { expect, it } from 'vitest';
import { JobFollower } from './followJob.ts';

/** A log that comes in pieces of so many bytes; the connection is lost before the second one, once. */
function losing(log: Uint8Array, pieceBytes: number): Pick<CoreConnection, 'request'> {
  let isLost = false;
  return {
    request: (_name: string, { offset }: { readonly offset: number }) => {
      if (offset > 0 && !isLost) {
        isLost = true;
        return Promise.reject(new SlipwayError('cluster.unreachable', 'The cluster does not answer.'));
      }
      const piece = log.subarray(offset, offset + pieceBytes);
      const state = offset + piece.length === log.length ? 'succeeded' : 'running';
      const data = btoa(String.fromCharCode(...piece));
      return Promise.resolve({ data, offset: offset + piece.length, job: runningJob({ state }) });
    },
  } as Pick<CoreConnection, 'request'>;
}

it('goes on after a lost connection where it was, with characters whole that pieces cut', async () => {
  const text = 'épôque 1: 名前\n';
  const follower = new JobFollower(
    losing(new TextEncoder().encode(text), 1),
    { context: 'team-a', name: 'devenv-alice' },
    '1',
    0,
  );
  const heard: string[] = [];
  const follow = (): Promise<void> =>
    follower.follow(new AbortController().signal, (piece, { state }) => heard.push(piece, state));
  await expect(follow()).rejects.toMatchObject({ code: 'cluster.unreachable' });
  await follow();
  const words = heard.filter((_, index) => index % 2 === 0);
  expect(words.join('')).toBe(text);
  expect(heard.at(-1)).toBe('succeeded');
});
