import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manualClock.ts';
import { AnswerWatch } from './answerWatch.ts';

const never = (): Promise<string> => new Promise(() => undefined);

function watched() {
  const clock = new ManualClock();
  const abort = new AbortController();
  const watch = new AnswerWatch(clock, 1_000, abort.signal, (ms) => new Error(`late after ${ms}`));
  return { clock, abort, watch };
}

/** The outcome of what may be pending, as a text. */
function outcome(work: Promise<string>): { text: string } {
  const seen = { text: 'pending' };
  work.then(
    (value) => (seen.text = value),
    (error: unknown) => (seen.text = String(error)),
  );
  return seen;
}

describe('waiting for a peer', () => {
  it('gives each piece its own time', async () => {
    const { clock, watch } = watched();
    for (let piece = 0; piece < 5; piece += 1) {
      const answer = watch.piece(() => clock.sleep(900, new AbortController().signal).then(() => `piece ${piece}`));
      const seen = outcome(answer);
      await clock.advance(900);
      expect(seen.text).toBe(`piece ${piece}`);
    }
    watch.stop();
  });

  it('is over exactly when the time of a piece is', async () => {
    const { clock, watch } = watched();
    await clock.advance(700);
    const seen = outcome(watch.piece(never));
    await clock.advance(999);
    expect(seen.text).toBe('pending');
    await clock.advance(1);
    expect(seen.text).toBe('Error: late after 1000');
    watch.stop();
  });

  it('does not count the time in which nobody waits', async () => {
    const { clock, watch } = watched();
    await watch.piece(() => Promise.resolve('one'));
    await clock.advance(5_000);
    expect(await watch.piece(() => Promise.resolve('two'))).toBe('two');
    watch.stop();
  });

  it('ends with an abort, at once and from then on', async () => {
    const { abort, watch } = watched();
    const waiting = expect(watch.piece(never)).rejects.toThrow('enough');
    abort.abort(new Error('enough'));
    await waiting;
    await expect(watch.piece(() => Promise.resolve('more'))).rejects.toThrow('enough');
    watch.stop();
  });

  it('hands on what the reading throws, and leaves no timer behind', async () => {
    const { clock, watch } = watched();
    await expect(watch.piece(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    watch.stop();
    await clock.advance(0);
    expect(clock.sleepers).toBe(0);
  });
});
