import type { Age } from '../observe/index.ts';

/** A run as one line of all of them tells: enough to know which ones to read. */
export interface Glimpse {
  readonly name: string;
  /** Since when it goes; undefined where it has not begun, or that is not told. */
  readonly started: Age | undefined;
}

/** A run that was read. Epoch ms, as exact as the cluster keeps them: seconds. */
export interface ReadRun {
  readonly name: string;
  readonly createdAt: number;
  readonly startedAt: number | undefined;
}

/** Runs beyond those asked for that may be read to be sure, for each one asked for, and in any case. */
const spareFactor = 3;
const spareRuns = 200;
/** Read at first beyond those asked for, for each of them and at most: mostly no second round is needed then. */
const firstSpareShare = 0.5;
const mostFirstSpare = 60;

/**
 * The `limit` runs that were made last, newest first, when only the ages of their starts are known, and those coarsely. No
 * run starts before it is made; so a run cannot be among the newest if even its start lies before the last of those was
 * made. Clocks are not compared: what time it was when the ages were printed follows from the runs that were read.
 * @param read gives runs by their names; those that are gone are left out
 * @returns undefined where too many would have to be read to be sure
 */
export async function newestOf<Run extends ReadRun>(
  glimpses: readonly Glimpse[],
  limit: number,
  read: (names: readonly string[]) => Promise<readonly Run[]>,
): Promise<readonly Run[] | undefined> {
  const order = glimpses.toSorted((one, other) => youngest(one) - youngest(other));
  const most = limit * (1 + spareFactor) + spareRuns;
  const waiting = order.findIndex(({ started }) => started !== undefined);
  const found: Run[] = [];
  let printedBefore = Number.POSITIVE_INFINITY;
  let next = 0;
  const first = limit + Math.min(mostFirstSpare, Math.ceil(limit * firstSpareShare));
  for (let end = Math.min(order.length, (waiting === -1 ? order.length : waiting) + first); next < end;) {
    if (end > most) return undefined;
    const chunk = order.slice(next, end);
    const runs = await read(chunk.map(({ name }) => name));
    found.push(...runs);
    printedBefore = Math.min(printedBefore, latestPrint(chunk, runs));
    next = end;
    found.sort(newestFirst);
    const last = found[limit - 1];
    end = last === undefined ? Math.min(order.length, next + limit) : endOfRivals(order, next, last, printedBefore);
  }
  return found.slice(0, limit);
}

/** Whether those that were found in part of a space are the newest of all of it. @param since all that was made later was looked at */
export function areNewest(found: readonly ReadRun[], limit: number, since: number): boolean {
  const last = found[limit - 1];
  return last !== undefined && last.createdAt >= since;
}

/** Newest first; of one second, by name. */
export function newestFirst(one: Pick<ReadRun, 'name' | 'createdAt'>, other: Pick<ReadRun, 'name' | 'createdAt'>) {
  return other.createdAt - one.createdAt || (one.name < other.name ? 1 : -1);
}

/** One that has not begun may be as new as any. */
function youngest({ started }: Glimpse): number {
  return started?.atLeast ?? Number.NEGATIVE_INFINITY;
}

/** Before when the ages were printed. */
function latestPrint(glimpses: readonly Glimpse[], runs: readonly ReadRun[]): number {
  const ages = new Map(glimpses.map(({ name, started }) => [name, started]));
  const times = runs.map(({ name, startedAt }) => {
    const below = ages.get(name)?.below;
    return below === undefined || startedAt === undefined ? Number.POSITIVE_INFINITY : startedAt + below;
  });
  return Math.min(...times, Number.POSITIVE_INFINITY);
}

/** Up to where runs may have been made no earlier than `last`. */
function endOfRivals(order: readonly Glimpse[], from: number, last: ReadRun, printedBefore: number): number {
  let end = from;
  for (let each = order[end]; each !== undefined; each = order[end]) {
    if (printedBefore - youngest(each) < last.createdAt) break;
    end += 1;
  }
  return end;
}
