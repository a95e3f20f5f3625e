/** Nodes: how many GPUs the real one shows, and further ones without machines. */
import { kubectl } from './processes.mjs';
import { node } from './settings.mjs';

/** Sets how many `nvidia.com/gpu` a node has. Pods get no device; the scheduler counts. */
export async function setGpus(count, name = node) {
  const patch = { status: { capacity: { 'nvidia.com/gpu': String(count) } } };
  await kubectl(['patch', 'node', name, '--subresource=status', '--type=merge', '-p', JSON.stringify(patch)]);
}
