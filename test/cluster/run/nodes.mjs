/** Nodes: how many GPUs the real one shows, and further ones without machines, for what a scheduler says. */
import { kubectl, waitFor } from '../tools/processes.mjs';
import { node } from '../settings.mjs';

/** Keeps pods off nodes without machines unless they ask for one: nothing would ever run there. */
const keepOff = { key: 'testbed.local/no-machine', effect: 'NoSchedule' };

/** Sets how many `nvidia.com/gpu` a node has. Pods get no device; the scheduler counts. */
export async function setGpus(count, name = node) {
  const gpus = { 'nvidia.com/gpu': String(count) };
  // The kubelet would take over what is allocatable from the capacity, at its next report.
  const patch = { status: { capacity: gpus, allocatable: gpus } };
  await kubectl(['patch', 'node', name, '--subresource=status', '--type=merge', '-p', JSON.stringify(patch)]);
}

/**
 * Adds a node without a machine, ready as far as the scheduler can see. Unless `taints` are given, it has one that keeps
 * all pods off. A pod that is scheduled there stays Pending for ever.
 */
export async function addPretendNode(name, { labels = {}, taints = [keepOff], resources = {} } = {}) {
  const object = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'testbed.local/pretend': 'true', ...labels } },
    spec: { taints },
  };
  await kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
  const capacity = { cpu: '32', memory: '256Gi', pods: '110', ...resources };
  const status = { capacity, allocatable: capacity, conditions: conditions(new Date().toISOString()) };
  await kubectl(['patch', 'node', name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
  // The API server marks every new node as not ready; the controller takes that back when it sees the conditions.
  await waitFor(`the node ${name} is ready`, 30, async () => {
    const marks = await kubectl(['get', 'node', name, '-o', 'jsonpath={.spec.taints[*].key}']);
    return !marks.includes('node.kubernetes.io/');
  });
}

function conditions(now) {
  const condition = (type, status) => ({
    type,
    status,
    reason: 'Pretended',
    message: 'There is no machine.',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    condition('Ready', 'True'),
    ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => condition(type, 'False')),
  ];
}

/** Removes a node that `addPretendNode` made, and first the pods that wait there. */
export async function removePretendNode(name) {
  const where = `--field-selector=spec.nodeName=${name}`;
  const { items } = JSON.parse(await kubectl(['get', 'pods', '--all-namespaces', where, '-o', 'json']));
  for (const { metadata } of items) {
    await kubectl(['-n', metadata.namespace, 'delete', 'pod', metadata.name, '--force', '--grace-period=0']);
  }
  await kubectl(['delete', 'node', name, '--ignore-not-found']);
}
