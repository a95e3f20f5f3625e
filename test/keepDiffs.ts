import { afterEach } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What was expected beside what there was, of each try that failed. */
    diffs?: string[];
  }
}

/** The report of a run has messages alone: "expected { …(4) } to match object { … }" of a machine far away tells nothing. */
afterEach(({ task }) => {
  const diffs = task.result?.errors?.flatMap(({ diff }) => diff ?? []) ?? [];
  if (diffs.length > 0) task.meta.diffs = diffs;
});
