import { expect, it } from 'vitest';
import { systemClock } from '../../kubernetes/index.ts';
import { wakeableClock } from './wakeableClock.ts';

it('a clock that is woken ends the sleeps of that moment, and no later ones', async () => {
  const clock = wakeableClock(systemClock);
  const never = new AbortController().signal;
  const [one, other] = [clock.sleep(1e8, never), clock.sleep(1e8, never)];
  clock.wake();
  await Promise.all([one, other]);
  const abort = new AbortController();
  const next = clock.sleep(1e8, abort.signal);
  abort.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});
