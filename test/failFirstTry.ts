import { afterEach } from 'vitest';

/**
 * Lets the first try of every test fail when it is over, so that what counts is the second one: whether it can pass beside
 * what the first one left. Loaded where SLIPWAY_TEST_FAIL_FIRST is set.
 */
afterEach(({ task }) => {
  if ((task.result?.retryCount ?? 0) === 0) throw new Error('The first try fails on purpose.');
});
