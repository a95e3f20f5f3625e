import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { advance, initialState, type FailureKind, type MachineState, type Outcome } from './machine.ts';

const error = new SlipwayError('cluster.unreachable', 'No answer.');
const failure = (
  kind: FailureKind,
  resourceVersion?: string,
  more: { lastHeard?: number; retryAfterMs?: number } = {},
): Outcome => ({
  kind: 'failed',
  failure: kind,
  error,
  resourceVersion,
  lastHeard: more.lastHeard,
  retryAfterMs: more.retryAfterMs,
});
const synced: Outcome = { kind: 'synced', resourceVersion: '10' };
const opened: Outcome = { kind: 'opened' };

/** Runs outcomes, each at its second, and gives what comes next. */
function run(streaming: boolean, ...outcomes: readonly (readonly [number, Outcome])[]): MachineState {
  return outcomes.reduce(
    (state, [second, outcome]) => advance(state, outcome, second * 1_000, () => 0.999_999),
    initialState(streaming, 0),
  );
}
const watchFrom = (resourceVersion: string) => ({ do: 'watch', resourceVersion });
const streamed = { do: 'list', how: 'streaming' };
const paged = { do: 'list', how: 'paged' };

describe('list and watch', () => {
  it.each<[string, MachineState, object, number, string, number]>([
    ['starts with a streaming list', run(true), streamed, 0, 'syncing', 0],
    ['or with pages', run(false), paged, 0, 'syncing', 0],
    ['takes pages where streaming is not supported', run(true, [1, failure('unsupported')]), paged, 0, 'syncing', 0],
    [
      'stays with pages then',
      run(true, [1, failure('unsupported')], [2, synced], [90, failure('expired', '10')]),
      paged,
      0,
      'stale',
      90,
    ],
    ['repeats a list that was refused as pages', run(false, [1, failure('unsupported')]), paged, 250, 'syncing', 0],
    ['watches from the list on', run(true, [1, synced]), watchFrom('10'), 0, 'live', 1],
    [
      'reopens a watch that ended as agreed, and stays live',
      run(true, [1, synced], [2, opened], [292, { kind: 'ended', resourceVersion: '12', openedAt: 2_000 }]),
      watchFrom('12'),
      0,
      'live',
      1,
    ],
    [
      'does not hammer a server that ends each watch at once',
      run(
        true,
        [1, synced],
        [2, { kind: 'ended', resourceVersion: '12', openedAt: 2_000 }],
        [3, { kind: 'ended', resourceVersion: '12', openedAt: 3_000 }],
      ),
      watchFrom('12'),
      500,
      'live',
      1,
    ],
    [
      'relists at once when the version is too old',
      run(true, [1, synced], [2, opened], [200, failure('expired', '10', { lastHeard: 150_000 })]),
      streamed,
      0,
      'stale',
      150,
    ],
    [
      'waits when that comes again',
      run(true, [1, synced], [2, failure('expired', '10')], [3, synced], [4, failure('expired', '10')]),
      streamed,
      500,
      'stale',
      4,
    ],
    [
      'goes on from the last version after a cut, and says since when it is stale',
      run(true, [1, synced], [2, opened], [30, failure('other', '17', { lastHeard: 25_000 })]),
      watchFrom('17'),
      250,
      'stale',
      25,
    ],
    [
      'stays stale since the same time while it fails on',
      run(true, [1, synced], [30, failure('other', '17', { lastHeard: 25_000 })], [31, failure('other', '17')]),
      watchFrom('17'),
      500,
      'stale',
      25,
    ],
    [
      'waits as long as the server asks',
      run(true, [1, synced], [30, failure('other', '17', { retryAfterMs: 7_000 })]),
      watchFrom('17'),
      7_000,
      'stale',
      30,
    ],
    [
      'is live again when the watch is open again',
      run(true, [1, synced], [30, failure('other', '17')], [31, opened]),
      watchFrom('17'),
      250,
      'live',
      31,
    ],
    ['lists anew where the first list failed', run(true, [1, failure('other')]), streamed, 250, 'syncing', 0],
  ])('%s', (_name, state, next, waitMs, health, since) => {
    expect(state.next).toEqual(next);
    expect(state.waitMs).toBe(waitMs);
    expect(state.health).toMatchObject({ state: health, since: since * 1_000 });
    expect(state.health.error !== undefined).toBe(health === 'stale' || (health === 'syncing' && state.waitMs > 0));
  });

  it('forgets failures after a good minute', () => {
    const failures: [number, Outcome][] = Array.from({ length: 6 }, (_, index) => [index, failure('other', '1')]);
    expect(run(true, ...failures, [10, opened], [69, failure('other', '1')]).waitMs).toBe(5_000);
    expect(run(true, ...failures, [10, opened], [70, failure('other', '1')]).waitMs).toBe(250);
  });
});
