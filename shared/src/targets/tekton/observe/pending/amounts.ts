import { amountOf } from '../../../../protocol/index.ts';
import type { Pod } from '../schemas/index.ts';

/** What a pod asks of one resource: the sum over its containers, which all start together. */
export function requestOf(pod: Pod, resource: string): number {
  let total = 0;
  for (const { resources } of pod.spec?.containers ?? []) {
    total += amountOf(resources?.requests[resource] ?? resources?.limits[resource]) ?? 0;
  }
  return total;
}

/** "GPU", "CPU", "memory": what a resource is called in a sentence; an unknown one by its own name. */
export function resourceWord(resource: string): string {
  if (resource === 'cpu') return 'CPU';
  if (resource === 'ephemeral-storage') return 'local disk';
  return isGpu(resource) ? 'GPU' : resource;
}

/** True for whole cards, or the pieces of one that are counted like them. */
export function isGpu(resource: string): boolean {
  return /^(?:[\w.-]+\/)(?:gpu|mig-[\w.-]+|[\w.-]*gpu)$/.test(resource);
}

/** "2 GPUs", "a GPU", "1.5 CPUs", "16 GiB of memory". */
export function amountWords(amount: number, resource: string): string {
  const word = resourceWord(resource);
  if (resource === 'memory' || resource === 'ephemeral-storage') return `${binarySize(amount)} of ${word}`;
  const number = Number(amount.toFixed(3));
  if (isGpu(resource) || resource === 'cpu') return number === 1 ? `a ${word}` : `${number} ${word}s`;
  return `${number} ${word}`;
}

/** In the units in which memory is asked for. */
function binarySize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${units[unit] ?? 'bytes'}`;
}
