import type { Node, Pod } from '../schemas/index.ts';
import { ageWords, countWords, enumerate, line } from '../text.ts';
import { amountWords, isGpu, requestOf, resourceWord } from './amounts.ts';
import { holderWords } from './holders.ts';
import { candidates, missingLabels, roomOn, startOf, untolerated } from './placement.ts';
import type { CountedCause, NodeCause, SchedulerMessage } from './schedulerMessage.ts';

/** What is known of the cluster beside the scheduler's words; empty where it may not be read. */
export interface Surroundings {
  readonly nodes: readonly Node[];
  readonly nodePods: readonly Pod[];
  readonly now: number;
}

const namesShown = 3;

/**
 * "GPU: 4 nodes — 2 full, 1 tainted team=vision"; in a second line what would end it and in a third who holds the GPUs, where that is
 * known.
 */
export function schedulingWords(message: SchedulerMessage, pod: Pod, around: Surroundings): string {
  const resource = scarceResource(message);
  const subject = resource === undefined ? '' : `${resourceWord(resource)}: `;
  const parts = [
    ...message.causes.map((cause) => causeWords(cause, pod, around)),
    ...message.general.map((text) => line(text)),
  ].filter((words) => words !== '');
  const nodes = countWords(message.nodes, 'node');
  const first = parts.length === 0 ? `${subject}none of ${nodes} takes it` : `${subject}${nodes} — ${parts.join(', ')}`;
  const second = whatEndsIt(message, resource, pod, around);
  const isHopeless = second?.startsWith(hopeless) === true;
  const third = resource !== undefined && isGpu(resource) && !isHopeless ? holdersOf(resource, pod, around) : undefined;
  return [first, second, third].filter((words) => words !== undefined).join('\n');
}

/** How a sentence begins that says that a pod will never be taken. */
const hopeless = 'waiting does not help';

function holdersOf(resource: string, pod: Pod, { nodes, nodePods }: Surroundings): string | undefined {
  const fitting = new Set(candidates(nodes, pod).map(({ metadata }) => metadata.name));
  const isWhereItCouldBe = ({ spec }: Pod): boolean => nodes.length === 0 || fitting.has(spec?.nodeName ?? '');
  return holderWords(nodePods.filter(isWhereItCouldBe), resource, pod);
}

/** What is short: the GPU goes before anything else. */
function scarceResource(message: SchedulerMessage): string | undefined {
  const short = message.causes.flatMap(({ cause }) => (cause.kind === 'insufficient' ? [cause.resource] : []));
  return short.find(isGpu) ?? short[0];
}

const plainWords = {
  notReady: 'not ready',
  cordoned: 'closed for new pods',
  podAffinity: 'away from a pod that it must be beside',
  podAntiAffinity: 'beside a pod that it must be away from',
  spread: 'excluded by its spread over zones',
  volumeElsewhere: 'where its volume cannot be',
  noVolume: 'without a volume for its claim',
  volumeLimit: 'with as many volumes as can be attached',
  tooManyPods: 'with as many pods as may run there',
  ports: 'where its port is taken',
  otherNode: 'not the one it asks for',
} as const;

function causeWords({ count, cause }: CountedCause, pod: Pod, around: Surroundings): string {
  switch (cause.kind) {
    case 'insufficient': {
      const request = requestOf(pod, cause.resource);
      if (isGpu(cause.resource)) return request <= 1 ? `${count} full` : `${count} without ${request} free`;
      return request > 0
        ? `${count} without ${amountWords(request, cause.resource)} free`
        : `${count} without enough ${resourceWord(cause.resource)}`;
    }
    case 'taint':
      return `${count} tainted${taintWords(cause, pod, around)}`;
    case 'selector':
      return `${count} ${selectorWords(pod)}`;
    case 'other':
      return `${count} ${line(cause.text)}`;
    default:
      return `${count} ${plainWords[cause.kind]}`;
  }
}

/** Newer schedulers do not name the taint; the nodes do. */
function taintWords(cause: Extract<NodeCause, { kind: 'taint' }>, pod: Pod, around: Surroundings): string {
  if (cause.key !== undefined) return ` ${line(pair(cause.key, cause.value))}`;
  const taints = around.nodes.flatMap((node) => untolerated(node, pod).map(({ key, value }) => pair(key, value)));
  const names = [...new Set(taints)];
  return names.length === 0 || names.length > namesShown ? '' : ` ${line(names.join(' or '))}`;
}

function selectorWords(pod: Pod): string {
  const labels = Object.entries(pod.spec?.nodeSelector ?? {}).map(([name, value]) => pair(name, value));
  if (labels.length === 0) return 'that its selector or affinity excludes';
  return `without label ${line(labels.join(', '))}`;
}

function pair(name: string, value: string | undefined): string {
  return value === undefined || value === '' ? name : `${name}=${value}`;
}

function whatEndsIt(
  message: SchedulerMessage,
  resource: string | undefined,
  pod: Pod,
  around: Surroundings,
): string | undefined {
  if (around.nodes.length > 0 && nodesDecide(message, pod)) {
    const words = byNodes(message, resource, pod, around);
    if (words !== undefined) return words;
  }
  if (resource === undefined || message.preemption === undefined) return undefined;
  const { full } = message.preemption;
  if (full > 0)
    return `starts when enough is free on ${full === 1 ? 'the node' : `one of ${full} nodes`} that could hold it`;
  return 'no node seems large enough, so waiting may not help: ask for less';
}

/** False where the place also depends on what nodes do not tell: affinity, volumes, ports. */
function nodesDecide(message: SchedulerMessage, pod: Pod): boolean {
  const { causes } = message;
  const told: readonly NodeCause['kind'][] = [
    'insufficient',
    'taint',
    'selector',
    'notReady',
    'cordoned',
    'tooManyPods',
  ];
  return pod.spec?.affinity?.nodeAffinity === undefined && causes.every(({ cause }) => told.includes(cause.kind));
}

/** What nodes and pods say for certain; undefined where they say nothing. */
function byNodes(
  message: SchedulerMessage,
  resource: string | undefined,
  pod: Pod,
  around: Surroundings,
): string | undefined {
  const fitting = candidates(around.nodes, pod);
  if (fitting.length === 0) return whyNone(message, pod, around);
  if (resource === undefined) return undefined;
  const request = requestOf(pod, resource);
  const rooms = roomOn(fitting, around.nodePods, resource);
  const largest = Math.max(...rooms.map(({ whole }) => whole));
  if (largest < request) {
    const has = largest === 0 ? 'none' : amountWords(largest, resource);
    return `waiting does not help: it asks for ${amountWords(request, resource)}, and the largest node that takes it has ${has}`;
  }
  const enough = rooms.filter(({ whole }) => whole >= request);
  const holders = enough.flatMap((room) => room.holders).toSorted((a, b) => startOf(a) - startOf(b));
  const [oldest] = holders;
  if (oldest === undefined) return undefined;
  const names = enough.filter((room) => room.holders.length > 0).map(({ node }) => node.metadata.name);
  const shown =
    names.length > namesShown
      ? `one of ${names.length} nodes`
      : names.length === 1
        ? (names[0] ?? '')
        : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
  const kind = isGpu(resource) ? 'GPU job' : 'job';
  return `frees up when a ${kind} ends on ${shown} (oldest has run ${ageWords(around.now - startOf(oldest))})`;
}

/** No node takes the pod at all, however empty: say what it lacks, where it is one thing. */
function whyNone(message: SchedulerMessage, pod: Pod, around: Surroundings): string | undefined {
  // While nodes are only out of order, they come back.
  if (message.causes.some(({ cause }) => cause.kind === 'notReady' || cause.kind === 'cordoned')) return undefined;
  const open = around.nodes.filter((node) => node.spec?.unschedulable !== true);
  const labelled = open.filter((node) => missingLabels(node, pod).length === 0);
  if (labelled.length === 0) {
    const values = offeredValues(open, pod);
    return `waiting does not help: no node has ${enumerate(wantedLabels(pod))}${values}`;
  }
  const taints = new Set(labelled.flatMap((node) => untolerated(node, pod).map(({ key, value }) => pair(key, value))));
  if (taints.size === 0 || taints.size > namesShown) return undefined;
  return `waiting does not help: it needs a toleration for ${line([...taints].join(' or '))}`;
}

function wantedLabels(pod: Pod): string[] {
  return Object.entries(pod.spec?.nodeSelector ?? {}).map(([name, value]) => `label ${line(pair(name, value))}`);
}

/** "; there are accelerator=a100 and accelerator=t4". */
function offeredValues(nodes: readonly Node[], pod: Pod): string {
  const names = Object.keys(pod.spec?.nodeSelector ?? {});
  const offered = names.flatMap((name) =>
    nodes.flatMap(({ metadata }) => (metadata.labels[name] === undefined ? [] : [pair(name, metadata.labels[name])])),
  );
  const distinct = [...new Set(offered)];
  return distinct.length === 0 || distinct.length > 2 * namesShown ? '' : `; there is ${line(enumerate(distinct))}`;
}
