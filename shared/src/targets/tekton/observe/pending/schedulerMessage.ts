/** Why nodes do not take a pod, by the scheduler's words. */
export type NodeCause =
  | { readonly kind: 'insufficient'; readonly resource: string }
  | { readonly kind: 'taint'; readonly key: string | undefined; readonly value: string | undefined }
  | {
      readonly kind:
        | 'notReady'
        | 'cordoned'
        | 'selector'
        | 'podAffinity'
        | 'podAntiAffinity'
        | 'spread'
        | 'volumeElsewhere'
        | 'noVolume'
        | 'volumeLimit'
        | 'tooManyPods'
        | 'ports'
        | 'otherNode';
    }
  | { readonly kind: 'other'; readonly text: string };

export interface CountedCause {
  readonly count: number;
  readonly cause: NodeCause;
}

/** `0/7 nodes are available: …`, taken apart. */
export interface SchedulerMessage {
  readonly available: number;
  readonly nodes: number;
  /** A node may have several causes, so they may add up to more than there are nodes. */
  readonly causes: readonly CountedCause[];
  /** What holds for the pod on every node: a claim that is not there. */
  readonly general: readonly string[];
  /** How many nodes could hold the pod if they were empty of others, and how many never; undefined where it is not said. */
  readonly preemption: { readonly full: number; readonly never: number } | undefined;
}

const head = /(\d{1,6})\/(\d{1,6}) nodes are available(?:: |:$|\.|$)/;
const longest = 16_384;

/** Takes a scheduler's message apart; undefined for a text of another form. */
export function parseSchedulerMessage(text: string): SchedulerMessage | undefined {
  if (text.length > longest) return undefined;
  const match = head.exec(text);
  if (match === null) return undefined;
  const rest = text.slice(match.index + match[0].length);
  const at = /(?:^|[ .,])preemption: /.exec(rest);
  const reasons = at === null ? rest : rest.slice(0, at.index);
  const { counted, general } = splitReasons(reasons);
  return {
    available: Number(match[1]),
    nodes: Number(match[2]),
    causes: counted.map(({ count, words }) => ({ count, cause: causeOf(words) })),
    general,
    preemption: at === null ? undefined : preemptionOf(rest.slice(at.index + at[0].length)),
  };
}

function splitReasons(text: string): { counted: { count: number; words: string }[]; general: string[] } {
  const counted: { count: number; words: string }[] = [];
  const general: string[] = [];
  // A cause begins with its number of nodes; an old wording of taints has a comma inside.
  for (const piece of text.split(/,\s+(?=\d+ )|\.\s+/)) {
    const words = piece.trim().replace(/[.,]+$/, '');
    const [, count, cause] = /^(\d{1,6}) (.+)$/s.exec(words) ?? [];
    if (count !== undefined && cause !== undefined) counted.push({ count: Number(count), words: cause });
    else if (words !== '' && words !== 'no new claims to deallocate') general.push(words);
  }
  return { counted, general };
}

const byWords: readonly (readonly [RegExp, Exclude<NodeCause['kind'], 'insufficient' | 'taint' | 'other'>])[] = [
  [/^node\(s\) were unschedulable$/, 'cordoned'],
  [/^node\(s\) (?:were|had) (?:not ready|condition)/, 'notReady'],
  [/^node\(s\) didn't match (?:Pod's node affinity\/selector|Pod's node affinity|node selector)$/, 'selector'],
  [/^node\(s\) didn't match pod affinity(?:\/anti-affinity)?(?: rules)?$/, 'podAffinity'],
  [
    /^node\(s\) (?:didn't match pod anti-affinity rules|didn't satisfy existing pods anti-affinity rules)$/,
    'podAntiAffinity',
  ],
  [/^node\(s\) didn't match pod topology spread constraints/, 'spread'],
  [
    /^node\(s\) (?:had volume node affinity conflict|didn't match PersistentVolume's node affinity)$/,
    'volumeElsewhere',
  ],
  [/^node\(s\) had no available volume zone$/, 'volumeElsewhere'],
  [/^node\(s\) didn't find available persistent volumes to bind$/, 'noVolume'],
  [/^node\(s\) did not have enough free storage$/, 'noVolume'],
  [/^node\(s\) exceed max volume count$/, 'volumeLimit'],
  [/^Too many pods$/, 'tooManyPods'],
  [/^node\(s\) didn't have free ports for the requested pod ports$/, 'ports'],
  [/^node\(s\) didn't match the requested (?:hostname|node name)$/, 'otherNode'],
];

const notReadyTaint =
  /^node\.(?:kubernetes\.io\/(?:not-ready|unreachable|out-of-service|(?:disk|memory|pid)-pressure|network-unavailable)|cloudprovider\.kubernetes\.io\/uninitialized)$/;

function causeOf(words: string): NodeCause {
  const resource = /^Insufficient (\S+)$/.exec(words)?.[1];
  if (resource !== undefined) return { kind: 'insufficient', resource };
  const taint =
    /^node\(s\) had untolerated taint(?:\(s\)| \{([^:{}]*)(?:: ?([^{}]*))?\})$/.exec(words) ??
    /^node\(s\) had taint \{([^:{}]*)(?:: ?([^{}]*))?\}, that the pod didn't tolerate$/.exec(words);
  if (taint !== null) return taintCause(taint[1]?.trim(), taint[2]?.trim());
  const known = byWords.find(([pattern]) => pattern.test(words));
  return known === undefined ? { kind: 'other', text: words } : { kind: known[1] };
}

/** Taints that Kubernetes itself sets are states of the node. */
function taintCause(key: string | undefined, value: string | undefined): NodeCause {
  if (key === 'node.kubernetes.io/unschedulable') return { kind: 'cordoned' };
  if (key !== undefined && notReadyTaint.test(key)) return { kind: 'notReady' };
  return { kind: 'taint', key: key === '' ? undefined : key, value: value === '' ? undefined : value };
}

function preemptionOf(text: string): { full: number; never: number } | undefined {
  const match = head.exec(text);
  const { counted } = splitReasons(match === null ? text : text.slice(match.index + match[0].length));
  const sum = (pattern: RegExp): number =>
    counted.filter(({ words }) => pattern.test(words)).reduce((total, { count }) => total + count, 0);
  const full = sum(/^No preemption victims found for incoming pod/);
  const never = sum(/^Preemption is not helpful for scheduling/);
  return full + never === 0 ? undefined : { full, never };
}
