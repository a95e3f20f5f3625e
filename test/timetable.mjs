/** What a whole run may take on two processors, in seconds: on a new machine, and where everything that it needs is there. */
const coldSeconds = 60 * 60;
const warmSeconds = 25 * 60;

/**
 * How long a stage took beside what it may take. Only said, never a failure: machines differ, and do other things besides.
 * @param budgetSeconds undefined for preparations, which take what the network takes
 */
export function timeWords({ seconds, waitedSeconds = 0, budgetSeconds }) {
  const own = seconds - waitedSeconds;
  const waited = waitedSeconds < 1 ? '' : `, ${waitedSeconds.toFixed(1)} s of them waiting for the cluster`;
  const over = budgetSeconds !== undefined && own > budgetSeconds ? `, more than its budget of ${budgetSeconds} s` : '';
  return `${seconds.toFixed(1)} s${waited}${over}`;
}

/**
 * A table of all stages, in the order in which they began, for the end of a run.
 * @param stages `{ name, seconds, waitedSeconds, budgetSeconds }`
 * @param seconds of the run: some stages run beside each other
 * @param isWhole whether these are all stages there are, so that the run has a budget, too
 */
export function timetable(stages, seconds, isWhole) {
  const width = Math.max(0, ...stages.map(({ name }) => name.length));
  const rows = stages.map((stage) => {
    const { name, budgetSeconds } = stage;
    const budget = budgetSeconds === undefined ? '' : `${budgetSeconds} s`;
    return `  ${name.padEnd(width)}  ${budget.padStart(7)}  ${timeWords(stage)}`;
  });
  const minutes = (of) => `${(of / 60).toFixed(1)} min`;
  const budget = `; the budget is ${minutes(warmSeconds)} where everything is there, and ${minutes(coldSeconds)} on a new machine`;
  const all = `All of it took ${minutes(seconds)}${isWhole ? budget : ''}.`;
  return ['', `  ${'stage'.padEnd(width)}   budget  took`, ...rows, '', all].join('\n');
}
