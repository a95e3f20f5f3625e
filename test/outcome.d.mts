interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The last lines of a run of tests, and its exit code. @param strict as with CI=true: a skipped test is a failure */
export function outcomeOf(counts: Counts, strict: boolean): { readonly lines: string[]; readonly exitCode: 0 | 1 };

/** Counts a stage as skipped whose tests this machine cannot run, and says why. */
export function skipFor(
  reasons: readonly string[],
  stage: { skipped: number; readonly print: (line: string) => void },
): void;
