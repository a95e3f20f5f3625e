import { annotations, labels } from '../../../pipeline/index.ts';
import type { PruneRequest } from '../../runTarget.ts';
import type { Metadata } from './clusterObjects.ts';
import { isOurs, orphanMs, runOf } from './runObjects.ts';

/** What prune looks at: all objects of the space that carry Slipway's label. */
export interface PruneFacts {
  /** The server's clock, epoch ms. */
  readonly now: number;
  readonly runs: readonly RunFacts[];
  readonly configMaps: readonly Metadata[];
  readonly claims: readonly Metadata[];
  readonly pods: readonly PodFacts[];
  /** The ConfigMaps of this version, which the next run uses. */
  readonly currentShared: ReadonlySet<string>;
}

export interface RunFacts {
  readonly metadata: Metadata;
  /** Epoch ms at which it had ended, its pod too; undefined while it has not. */
  readonly endedAt: number | undefined;
  /** Names of the ConfigMaps that its pod mounts. */
  readonly configMaps: readonly string[];
  /** The run that it takes steps from. */
  readonly reuses: string | undefined;
}

export interface PodFacts {
  readonly metadata: Metadata;
  /** Succeeded or failed: it only takes up room. */
  readonly ended: boolean;
  readonly configMaps: readonly string[];
}

/** One object to remove, in this incarnation. */
export interface Removal {
  readonly kind: 'PipelineRun' | 'ConfigMap' | 'PersistentVolumeClaim' | 'Pod';
  readonly name: string;
  readonly uid: string;
  /** The run that it belongs to. */
  readonly run: string | undefined;
  readonly reason: string;
}

const dayMs = 24 * 3600_000;

/** A shared ConfigMap may be about to be used by another version's submission for so long. */
const sharedMs = 7 * dayMs;

/** What to remove, in order. Never what Slipway did not make, and no run that has not ended. */
export function planPrune(facts: PruneFacts, request: PruneRequest): readonly Removal[] {
  return [...endedRuns(facts, request), ...orphans(facts), ...oldShared(facts)];
}

/** Both limits given, a run has to be beyond both; none given, no run goes. */
function endedRuns({ runs, now }: PruneFacts, { olderThanMs, keep }: PruneRequest): Removal[] {
  if (olderThanMs === undefined && keep === undefined) return [];
  const needed = new Set(runs.flatMap((run) => (run.endedAt === undefined && run.reuses ? [run.reuses] : [])));
  const ended = runs
    .flatMap((run) =>
      run.endedAt === undefined || runOf(run.metadata) === undefined ? [] : [{ ...run, endedAt: run.endedAt }],
    )
    .sort((one, other) => other.endedAt - one.endedAt);
  return ended.flatMap(({ metadata, endedAt }, newer) => {
    const old = olderThanMs === undefined || now - endedAt > olderThanMs;
    const beyond = keep === undefined || newer >= keep;
    if (!old || !beyond || needed.has(metadata.name)) return [];
    return [removal('PipelineRun', metadata, `the run ended ${ago(now - endedAt)} ago`)];
  });
}

/** Of submissions that were killed: no run, no owner, past their time. An upload that goes on renews that of its inputs. */
function orphans({ now, runs, configMaps, claims, pods }: PruneFacts): Removal[] {
  const alive = configMaps.filter((metadata) => runOf(metadata) !== undefined && !isExpired(metadata, now)).map(runOf);
  const kept = new Set([...runs.map(({ metadata }) => metadata.name), ...alive]);
  const isOrphan = (metadata: Metadata): boolean => {
    const run = runOf(metadata);
    const lost = run !== undefined && !kept.has(run) && metadata.ownerReferences.length === 0;
    return lost && isExpired(metadata, now);
  };
  return [
    ...pods.flatMap((pod) => helperRemoval(pod, isOrphan, now)),
    ...claims.filter(isOrphan).map((metadata) => removal('PersistentVolumeClaim', metadata, 'its run was never made')),
    ...configMaps.filter(isOrphan).map((metadata) => removal('ConfigMap', metadata, 'its run was never made')),
  ];
}

/** A helper pod is of no use any more once it has ended; one of a whole volume belongs to no run. */
function helperRemoval(
  { metadata, ended }: PodFacts,
  isOrphan: (metadata: Metadata) => boolean,
  now: number,
): readonly Removal[] {
  if (!isOurs(metadata) || metadata.labels[labels.helper] === undefined) return [];
  // On its way out already, as the pod that the last prune cleaned up with.
  if (metadata.deletionTimestamp !== undefined) return [];
  if (ended) return [removal('Pod', metadata, 'it has ended')];
  if (runOf(metadata) === undefined)
    return isExpired(metadata, now) ? [removal('Pod', metadata, 'its time is up')] : [];
  return isOrphan(metadata) ? [removal('Pod', metadata, 'its run was never made')] : [];
}

/**
 * `expires` is by the clock of whoever submitted, which may be wrong either way: by the server's clock too nothing goes before
 * a submission's usual time, and nobody is given more than a day.
 */
function isExpired({ creationTimestamp, annotations: noted }: Metadata, now: number): boolean {
  const age = now - Date.parse(creationTimestamp);
  const expires = Date.parse(noted[annotations.expires] ?? '');
  return age > orphanMs && !(expires > now && expires <= now + dayMs);
}

/** The scripts of versions that nobody uses any more. */
function oldShared({ now, runs, pods, configMaps, currentShared }: PruneFacts): Removal[] {
  const used = new Set([...runs, ...pods].flatMap((user) => user.configMaps));
  return configMaps
    .filter((metadata) => isOurs(metadata) && isSharedScripts(metadata))
    .filter(({ name, creationTimestamp }) => {
      const old = now - Date.parse(creationTimestamp) > sharedMs;
      return old && !used.has(name) && !currentShared.has(name);
    })
    .map((metadata) => removal('ConfigMap', metadata, 'no run uses these step scripts any more'));
}

function isSharedScripts({ name, labels: own }: Metadata): boolean {
  return own[labels.run] === undefined && /^slipway-(steps|assets)-[0-9a-f]+$/.test(name);
}

function removal(kind: Removal['kind'], metadata: Metadata, reason: string): Removal {
  return { kind, name: metadata.name, uid: metadata.uid, run: runOf(metadata), reason };
}

/** `3 days`, `5 hours`, `12 minutes`. */
function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [count, unit] =
    minutes >= 2880
      ? [Math.floor(minutes / 1440), 'days']
      : minutes >= 120
        ? [Math.floor(minutes / 60), 'hours']
        : [minutes, 'minutes'];
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}
