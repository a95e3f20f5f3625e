import type { ClusterSettings } from '../../../pipeline/index.ts';
import { requestOf, type Node, type Pod } from '../observe/index.ts';
import { amountOf } from '../../../protocol/index.ts';
import { failed, passed, warned, type Finding } from './checker.ts';

/** What a run asks of a node. */
export type NodeWish = Pick<ClusterSettings, 'nodeSelector' | 'tolerations' | 'cpu' | 'memory' | 'devices'>;

interface Capacity {
  readonly fits: boolean;
  readonly free: boolean;
}

/**
 * Whether some node could take the run, and whether one could now. Pure.
 * @param pods those of all spaces that have not ended; undefined where they may not be seen
 */
export function judgeNodes(wish: NodeWish, nodes: readonly Node[], pods: readonly Pod[] | undefined): Finding {
  const reasons = new Map<string, number>();
  const count = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const matching = nodes.filter((node) => {
    const reason = refusalOf(wish, node);
    if (reason !== undefined) count(reason);
    return reason === undefined;
  });
  const capacities = matching.map((node) => capacityOf(wish, node, pods ?? []));
  const fitting = capacities.filter(({ fits }) => fits).length;
  for (const { fits } of capacities) if (!fits) count('too small');
  const words = [...reasons].map(([reason, number]) => `${number} ${reason}`).join(', ');
  const all = `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
  if (fitting === 0) {
    const fix = 'Choose another instance type, or ask the platform engineer which labels and taints the nodes have.';
    return failed(`none of ${all} can ever take the run: ${words}`, fix);
  }
  if (pods === undefined) return warned(`${fitting} of ${all} can take the run; what is free now cannot be seen`);
  const free = capacities.filter((capacity) => capacity.free).length;
  if (free > 0) return passed(`${free} of ${all} can take the run now${freeDevices(wish, matching, pods)}`);
  return warned(
    `${fitting} of ${all} can take the run, but none has room now${freeDevices(wish, matching, pods)}`,
    'It will wait until a run there ends.',
  );
}

/** `; 2 of 4 nvidia.com/gpu free` */
function freeDevices({ devices }: NodeWish, nodes: readonly Node[], pods: readonly Pod[]): string {
  return Object.keys(devices)
    .map((device) => {
      const { total, free } = devicesOf(device, nodes, pods);
      return `; ${free} of ${total} ${device} free`;
    })
    .join('');
}

/** How many of a device the nodes have, and how many no pod has asked for. Pure. */
export function devicesOf(
  device: string,
  nodes: readonly Node[],
  pods: readonly Pod[],
): { readonly total: number; readonly free: number } {
  const total = nodes.reduce((sum, node) => sum + (amountOf(node.status?.allocatable[device]) ?? 0), 0);
  const used = nodes.reduce((sum, { metadata }) => sum + usedOn(metadata.name, device, pods), 0);
  return { total, free: total - used };
}

/** Why a node would not take the run however empty it were; undefined where it would. Pure. */
export function refusalOf(
  { nodeSelector, tolerations }: Pick<NodeWish, 'nodeSelector' | 'tolerations'>,
  node: Node,
): string | undefined {
  const { labels } = node.metadata;
  const missing = Object.entries(nodeSelector).find(([key, value]) => labels[key] !== value);
  if (missing !== undefined) return `without label ${missing[0]}=${missing[1]}`;
  if (node.spec?.unschedulable === true) return 'closed for new pods';
  const taint = (node.spec?.taints ?? []).find(
    ({ key, value, effect }) =>
      (effect === 'NoSchedule' || effect === 'NoExecute') &&
      !tolerations.some((toleration) => tolerates(toleration, key, value, effect)),
  );
  if (taint !== undefined)
    return `tainted ${taint.key}${taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`}`;
  const ready = node.status?.conditions.find(({ type }) => type === 'Ready');
  return ready !== undefined && ready.status !== 'True' ? 'not ready' : undefined;
}

function tolerates(
  toleration: NodeWish['tolerations'][number],
  key: string,
  value: string | undefined,
  effect: string,
): boolean {
  const { key: wanted, operator, value: given, effect: only } = toleration;
  if (only !== undefined && only !== '' && only !== effect) return false;
  if (operator === 'Exists') return wanted === undefined || wanted === '' || wanted === key;
  return wanted === key && (given ?? '') === (value ?? '');
}

function capacityOf(wish: NodeWish, node: Node, pods: readonly Pod[]): Capacity {
  const wanted: [string, number][] = [
    ['cpu', amountOf(wish.cpu) ?? 0],
    ['memory', amountOf(wish.memory) ?? 0],
    ...Object.entries(wish.devices).map(([name, amount]): [string, number] => [name, amountOf(amount) ?? 0]),
  ];
  const allocatable = (name: string): number => amountOf(node.status?.allocatable[name]) ?? 0;
  return {
    fits: wanted.every(([name, amount]) => amount <= allocatable(name)),
    free: wanted.every(([name, amount]) => amount <= allocatable(name) - usedOn(node.metadata.name, name, pods)),
  };
}

function usedOn(node: string, resource: string, pods: readonly Pod[]): number {
  return pods.filter(({ spec }) => spec?.nodeName === node).reduce((used, pod) => used + requestOf(pod, resource), 0);
}
