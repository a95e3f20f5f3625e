import { afterAll, beforeEach, type RunnerTestCase } from 'vitest';

type Dispose = () => Promise<void>;

/**
 * Starts what the tests of a file share before the first of them, and anew after one that failed: what that one has left would
 * be in the way of the next. To be called before the file's other hooks.
 * @param start tells of what it makes how that is disposed of, at once; the last is disposed of first
 */
export function anewAfterFailure(start: (own: (dispose: Dispose) => void) => Promise<void>): void {
  const owned: Dispose[] = [];
  let isStarted = false;
  let before: RunnerTestCase | undefined;
  const end = async (): Promise<void> => {
    isStarted = false;
    for (const dispose of owned.splice(0).reverse()) await dispose();
  };
  beforeEach(async ({ task }) => {
    const isSpoilt = before?.result?.state === 'fail';
    before = task;
    if (isStarted && !isSpoilt) return;
    await end();
    await start((dispose) => owned.push(dispose));
    isStarted = true;
  });
  afterAll(end);
}
