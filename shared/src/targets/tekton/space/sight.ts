import { listCells, type KubernetesApi, type ResourcePath } from '../../../kubernetes/index.ts';
import { parseAge, type Age } from '../observe/index.ts';
import type { Glimpse } from './newest.ts';
import type { RecentDays } from './recentDays.ts';
import { columns, conditionOf, SharedTexts, type RunRow } from './runRow.ts';

/** How exact the times of ended runs are in rows that were printed a while after they ended. */
const exactnessMs = 120_000;

/** What was seen of a space. */
export interface Sight {
  /** Of the runs that were looked at, by name: `conditionOf`. */
  readonly conditions: ReadonlyMap<string, string>;
  readonly glimpses: readonly Glimpse[];
  readonly resourceVersion: string;
  /** Epoch ms, this machine's clock. */
  readonly at: number;
  /** Epoch ms: of all runs that were made later it was seen, unless their labels lie. Of all runs where it is -Infinity. */
  readonly since: number;
}

/** What is shown of some runs. */
export type Look = Pick<Sight, 'conditions' | 'glimpses' | 'resourceVersion'>;

/**
 * All runs of a space, from parts that were asked for at once.
 * @param at epoch ms, this machine's clock
 * @param tookMs until the last part was there: so much later than another one its ages may have been printed
 */
export function allOf(parts: readonly Look[], at: number, tookMs: number): Sight {
  const asIfAtOnce = ({ name, started }: Glimpse): Glimpse => ({
    name,
    started: started && { ...started, atLeast: started.atLeast - tookMs },
  });
  return {
    conditions: new Map(parts.flatMap(({ conditions }) => [...conditions])),
    glimpses: parts.flatMap(({ glimpses }) => glimpses.map(asIfAtOnce)),
    resourceVersion: newestVersion(parts.map(({ resourceVersion }) => resourceVersion)),
    at,
    since: Number.NEGATIVE_INFINITY,
  };
}

/**
 * Looks at the runs of recent days.
 * @param now epoch ms, this machine's clock
 * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
 */
export async function lookAt(
  api: KubernetesApi,
  path: ResourcePath,
  recent: RecentDays,
  now: number,
  signal: AbortSignal,
): Promise<Sight> {
  const { labelSelector } = recent;
  return { ...(await look(api, path, { labelSelector }, signal)), at: now, since: recent.since };
}

/**
 * Looks at some runs of a space.
 * @throws SlipwayError where the runs may not be listed, or the cluster does not answer
 */
export async function look(
  api: KubernetesApi,
  path: ResourcePath,
  selection: Parameters<typeof listCells>[2],
  signal: AbortSignal,
): Promise<Look> {
  const { rows, resourceVersion } = await listCells(api, path, selection, columns, signal);
  const conditions = new Map<string, string>();
  const glimpses: Glimpse[] = [];
  const texts = new SharedTexts();
  // Most are as old as others, in words.
  const ages = new Map<unknown, Age | undefined>();
  for (const [name, succeeded, reason, started] of rows) {
    if (typeof name !== 'string') continue;
    conditions.set(name, texts.of(conditionOf(succeeded, reason)));
    if (!ages.has(started)) ages.set(started, typeof started === 'string' ? parseAge(started) : undefined);
    glimpses.push({ name, started: ages.get(started) });
  }
  return { conditions, glimpses, resourceVersion };
}

/** They are decimal numbers that may be compared. Source: Kubernetes, KEP-5504. */
function newestVersion(versions: readonly string[]): string {
  const ordered = versions.toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1));
  return ordered.at(-1) ?? '';
}

/**
 * Whether a run is another one than it was when the space was looked at, or is missing in what was shown then. One that was not
 * looked at is neither where it is older than all that was shown, and had ended before.
 * @param shownSince epoch ms when the oldest was made that was shown
 */
export function hasChanged({ conditions, since, at }: Sight, shownSince: number, name: string, row: RunRow): boolean {
  const before = conditions.get(name);
  if (before !== undefined) return before !== row.condition;
  if (since === Number.NEGATIVE_INFINITY || row.madeAt >= shownSince) return true;
  const { finishedAt } = row.run;
  return finishedAt === undefined || finishedAt >= at - exactnessMs;
}
