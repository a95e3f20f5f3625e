import type { Node, Pod, Toleration } from '../schemas/index.ts';
import { podIsTerminal } from '../conditions.ts';
import { amountOf } from '../../../../protocol/index.ts';
import { requestOf } from './amounts.ts';

type Taint = NonNullable<Node['spec']>['taints'][number];

/** Taints that keep a pod off a node; what a node only prefers does not count. */
export function untolerated(node: Node, pod: Pod): readonly Taint[] {
  const tolerations = pod.spec?.tolerations ?? [];
  return (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((each) => tolerates(each, taint)),
  );
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key, operator, value, effect } = toleration;
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key === undefined || key === '') return operator === 'Exists';
  if (key !== taint.key) return false;
  return operator === 'Exists' || (value ?? '') === (taint.value ?? '');
}

/** Labels that the pod's selector asks for and the node does not have. */
export function missingLabels(node: Node, pod: Pod): readonly (readonly [string, string])[] {
  return Object.entries(pod.spec?.nodeSelector ?? {}).filter(([name, value]) => node.metadata.labels[name] !== value);
}

/** Nodes that would take the pod if there were room. */
export function candidates(nodes: readonly Node[], pod: Pod): Node[] {
  return nodes.filter(
    (node) =>
      node.spec?.unschedulable !== true && untolerated(node, pod).length === 0 && missingLabels(node, pod).length === 0,
  );
}

/** How much of a resource each node has in all, and how much is free. */
export interface Room {
  readonly node: Node;
  readonly whole: number;
  readonly free: number;
  /** Pods on it that hold some, the one that runs longest first. */
  readonly holders: readonly Pod[];
}

/** @param pods of all spaces: without them all of a node counts as free */
export function roomOn(nodes: readonly Node[], pods: readonly Pod[], resource: string): Room[] {
  return nodes.map((node) => {
    const whole = amountOf(node.status?.allocatable[resource]) ?? 0;
    const holders = pods
      .filter((pod) => pod.spec?.nodeName === node.metadata.name && !podIsTerminal(pod) && requestOf(pod, resource) > 0)
      .toSorted((a, b) => startOf(a) - startOf(b));
    const held = holders.reduce((total, pod) => total + requestOf(pod, resource), 0);
    return { node, whole, free: whole - held, holders };
  });
}

/** When a pod began, epoch ms. */
export function startOf(pod: Pod): number {
  return pod.status?.startTime ?? pod.metadata.creationTimestamp ?? Number.MAX_SAFE_INTEGER;
}
