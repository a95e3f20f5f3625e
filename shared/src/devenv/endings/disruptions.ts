/** Who ends a pod that nobody of ours has stopped, in words: while it ends, and once it has. */
export interface Disruption {
  readonly ending: string;
  readonly ended: string;
  /** What the cluster says, where no words of ours do. */
  readonly said: string;
  /** Epoch ms, where the cluster tells. */
  readonly at: number | undefined;
}

interface Condition {
  readonly type: string;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: number | undefined;
}

/** By what the cluster notes on the pod. */
const words: Readonly<Record<string, readonly [ending: string, ended: string]>> = {
  EvictionByEvictionAPI: [
    'it is evicted from its node, which is being emptied',
    'it was evicted from its node, which was being emptied',
  ],
  PreemptionByScheduler: ['a pod of higher priority takes its place', 'a pod of higher priority took its place'],
  DeletionByTaintManager: [
    'its node has got a taint that it does not tolerate, or does not answer',
    'its node had got a taint that it does not tolerate, or did not answer',
  ],
  DeletionByPodGC: ['its node is gone', 'its node was gone'],
  TerminationByKubelet: ['its node puts it out', 'its node put it out'],
};

/** Why the cluster ends a pod, or has ended it; undefined where it does not. Pure. */
export function disruptionOf(conditions: readonly Condition[] | undefined): Disruption | undefined {
  const target = conditions?.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True');
  if (target === undefined) return undefined;
  const { reason = '', message = '', lastTransitionTime: at } = target;
  const known = Object.hasOwn(words, reason) ? words[reason] : undefined;
  const [ending, ended] = known ?? ['the cluster ends it', 'the cluster ended it'];
  return { ending, ended, said: known === undefined ? message : '', at };
}
