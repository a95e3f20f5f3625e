import { TestRunner, type RunnerTestCase } from 'vitest';

/**
 * Lets the first try of every test fail when it is over, so that what counts is the second one: whether it can pass beside
 * what the first one left. Used where SLIPWAY_TEST_FAIL_FIRST is set.
 */
export default class FailFirstRunner extends TestRunner {
  override onAfterTryTask(test: RunnerTestCase): void {
    super.onAfterTryTask(test);
    if ((test.result?.retryCount ?? 0) === 0) throw new Error('The first try fails on purpose.');
  }
}
