import type { Run } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

export interface RunGroup {
  /** The day as `2026-11-25` in the given time zone, or `older`: stable, for tree nodes. */
  readonly day: string;
  /** "Today", "Yesterday", the date in the locale's words, "Older". */
  readonly label: string;
  readonly runs: readonly Run[];
}

export function newestFirst(runs: Iterable<Run>): Run[] {
  return [...runs].sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1));
}

/** Runs of the last seven days are grouped by their day, all before them together. */
const daysAlone = 7;
const dayMs = 86_400_000;
/** `RunGroup.day` of all that is before. */
const older = 'older';

/**
 * Groups runs, newest first, by the day on which they were made.
 * @param now epoch ms
 * @param timeZone IANA name; undefined for the machine's own
 */
export function groupByDay(
  runs: Iterable<Run>,
  words: Words,
  { now, locale, timeZone }: { readonly now: number; readonly locale: string; readonly timeZone?: string },
): RunGroup[] {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dayOf = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone });
  const long = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', ...zone });
  const today = dayOf.format(now);
  const yesterday = dayOf.format(now - dayMs);
  const oldest = dayOf.format(now - (daysAlone - 1) * dayMs);
  const groups = new Map<string, Run[]>();
  for (const run of newestFirst(runs)) {
    const made = dayOf.format(run.createdAt);
    const day = made < oldest ? older : made;
    const group = groups.get(day);
    if (group === undefined) groups.set(day, [run]);
    else group.push(run);
  }
  const known = new Map([
    [today, words.today],
    [yesterday, words.yesterday],
    [older, words.older],
  ]);
  return [...groups].map(([day, ofDay]) => ({
    day,
    label: known.get(day) ?? long.format(ofDay[0]?.createdAt ?? now),
    runs: ofDay,
  }));
}
