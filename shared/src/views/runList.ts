import type { Run } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

export interface RunGroup {
  /** The day as `2026-11-25` in the given time zone: stable, for tree nodes. */
  readonly day: string;
  /** "Today", "Yesterday", else the date in the locale's words. */
  readonly label: string;
  readonly runs: readonly Run[];
}

export function newestFirst(runs: Iterable<Run>): Run[] {
  return [...runs].sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1));
}

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
  const yesterday = dayOf.format(now - 86_400_000);
  const groups = new Map<string, Run[]>();
  for (const run of newestFirst(runs)) {
    const day = dayOf.format(run.createdAt);
    const group = groups.get(day);
    if (group === undefined) groups.set(day, [run]);
    else group.push(run);
  }
  return [...groups].map(([day, ofDay]) => ({
    day,
    label: day === today ? words.today : day === yesterday ? words.yesterday : long.format(ofDay[0]?.createdAt ?? now),
    runs: ofDay,
  }));
}
