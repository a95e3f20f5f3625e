import { dayOf, labels } from '../../../pipeline/index.ts';

const dayMs = 86_400_000;
/** Between a run's label, which is written first, and its time of creation. */
const lateMs = 3_600_000;
/**
 * So many days are named at most. Runs that are older than all of them come along, which only costs time; but a server compares the
 * label of each run with one day after the other.
 */
const namedDays = 90;

/** A selection of runs by the day that they carry as a label. */
export interface RecentDays {
  /** Of the runs that are left out; everything else is selected, and what has no such label, too. */
  readonly leftOut: readonly string[];
  readonly labelSelector: string;
  /** Epoch ms: no run is left out that was made later, if its label is true. */
  readonly since: number;
}

/**
 * Leaves out what says that it was made before the last `days` days; undefined where there are no such days. By a clock that
 * is wrong, more or less is left out than that; `since` holds all the same.
 * @param now epoch ms
 */
export function recentDays(now: number, days: number): RecentDays | undefined {
  const last = Math.floor(now / dayMs) - days;
  const leftOut = Array.from({ length: namedDays }, (_, index) => dayOf((last - index) * dayMs)).filter(
    (day) => day !== undefined,
  );
  if (leftOut.length === 0) return undefined;
  const labelSelector = `${labels.day} notin (${leftOut.join(',')})`;
  return { leftOut, labelSelector, since: (last + 1) * dayMs + lateMs };
}

/** Selections by which each run is in exactly one part, whatever its label says. */
export interface PartsByDay {
  /** Those of `recentDays`. */
  readonly recent: string;
  /** Every other day before these, and the days between: however long runs are kept, about half of them each. */
  readonly older: readonly string[];
}

/**
 * Parts of all runs: a server works on each request with one processor, and on several requests side by side.
 * @param now epoch ms
 */
export function partsByDay(now: number): PartsByDay | undefined {
  const days = recentDays(now, 2);
  if (days === undefined) return undefined;
  const some = (named: readonly string[]): string => `${labels.day} in (${named.join(',')})`;
  const every2nd = (first: number): string[] => days.leftOut.filter((_, index) => index % 2 === first);
  return { recent: days.labelSelector, older: [some(every2nd(0)), some(every2nd(1))] };
}
