import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../protocol/index.ts';
import { podSchema, type Pod } from '../../submit/clusterObjects.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { untilUsable } from './readerStart.ts';

const { signal } = new AbortController();
const waited = { name: 'fit-reader', uid: 'u' };

function pod(state: object, nodeName: string | undefined = 'node', uid = waited.uid): Pod {
  const metadata = { name: waited.name, uid, creationTimestamp: '2026-01-01T00:00:00Z' };
  return podSchema.parse({
    metadata,
    spec: { nodeName },
    status: { containerStatuses: [{ name: 'helper', state }] },
  });
}
const unscheduled = podSchema.parse({
  metadata: { name: waited.name, uid: waited.uid, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {},
});
const starting = pod({ waiting: { reason: 'ContainerCreating' } });
const running = pod({ running: {} });

/** A pod whose status and helper are what the test sets them to. */
class Start {
  readonly clock = new ManualClock();
  readonly stop = new AbortController();
  status: Pod | undefined = starting;
  answer: boolean | SlipwayError = false;
  asked = 0;
  looked = 0;
  end: 'waiting' | 'usable' | SlipwayError = 'waiting';

  begin(): this {
    const options = {
      clock: this.clock,
      look: () => {
        this.looked += 1;
        return Promise.resolve(this.status);
      },
      answers: () => {
        this.asked += 1;
        return typeof this.answer === 'boolean' ? Promise.resolve(this.answer) : Promise.reject(this.answer);
      },
      onWaiting: () => undefined,
    };
    untilUsable(options, waited, AbortSignal.any([signal, this.stop.signal])).then(
      () => {
        this.end = 'usable';
      },
      (error: unknown) => {
        this.end = SlipwayError.is(error) ? error : new SlipwayError('internal', String(error));
      },
    );
    return this;
  }
}

describe('a reader pod', () => {
  it('is usable once its helper answers, whatever its status says', async () => {
    const start = new Start().begin();
    await start.clock.advance(400);
    expect(start.end).toBe('waiting');
    start.answer = true;
    await start.clock.advance(100);
    expect(start.end).toBe('usable');
    expect(start.clock.sleepers).toBe(0);
  });

  it('is usable once its status says so, where nobody may ask its helper', async () => {
    const start = new Start();
    start.answer = new SlipwayError('cluster.forbidden', 'no exec');
    start.begin();
    await start.clock.advance(2_000);
    expect([start.end, start.asked]).toEqual(['waiting', 1]);
    start.status = running;
    await start.clock.advance(1_000);
    expect(start.end).toBe('usable');
  });

  it('is not asked before a node has it', async () => {
    const start = new Start();
    start.status = unscheduled;
    start.answer = true;
    start.begin();
    await start.clock.advance(5_000);
    expect([start.end, start.asked]).toEqual(['waiting', 0]);
    start.status = starting;
    await start.clock.advance(1_000);
    expect(start.end).toBe('usable');
  });

  it('is asked ever less often, and its status not as often while a node starts it', async () => {
    const start = new Start().begin();
    await start.clock.advance(3_000);
    expect(start.looked).toBeLessThan(start.asked / 2);
    await start.clock.advance(57_000);
    expect(start.asked).toBeLessThan(100);
    start.stop.abort(new SlipwayError('cancelled', 'enough'));
    await start.clock.advance(0);
    expect(start.clock.sleepers).toBe(0);
  });

  it.each([
    ['cannot start', pod({ waiting: { reason: 'ErrImagePull', message: 'not found' } }), /ErrImagePull: not found/],
    ['was deleted', undefined, /somebody deleted it/],
    ['is another one', pod({ running: {} }, 'node', 'other'), /somebody deleted it/],
  ])('is given up when it %s', async (_what, status, words) => {
    const start = new Start().begin();
    await start.clock.advance(200);
    start.status = status;
    await start.clock.advance(1_000);
    expect(start.end).toMatchObject({ code: 'cluster.refused', message: expect.stringMatching(words) as string });
    expect(start.clock.sleepers).toBe(0);
  });
});
