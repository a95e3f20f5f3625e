/** What a run of tests comes to: the last line, and whether it is a success. Plain JavaScript, for `npm test` runs it. */

/**
 * @param counts of all stages together
 * @param strict as with CI=true: a skipped test is a failure
 */
export function outcomeOf({ passed, failed, skipped }, strict) {
  const isTooManySkipped = strict && skipped > 0;
  return {
    lines: [
      ...(isTooManySkipped ? ['\nA skipped test counts as a failure here (CI=true).'] : []),
      `\n${passed} passed, ${failed} failed, ${skipped} skipped`,
    ],
    exitCode: failed > 0 || passed === 0 || isTooManySkipped ? 1 : 0,
  };
}

/** Counts a stage as skipped whose tests this machine cannot run, and says why. */
export function skipFor(reasons, stage) {
  if (reasons.length === 0) return;
  stage.skipped += 1;
  for (const reason of reasons) stage.print(`skipped: ${reason}`);
}
