import type { Space } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

/** What tells one space from another beside one's rights there: GPUs that are free, what is used of the quota. */
export function spaceFacts({ gpusFree, gpus, quota }: Space, { signIn }: Words): readonly string[] {
  const free =
    gpus === undefined || gpusFree === undefined ? [] : [`${signIn.gpus}: ${signIn.gpusFree(gpusFree, gpus)}`];
  return [...free, ...quota.map(({ resource, used, hard }) => signIn.quotaLeft(resource, used, hard))];
}
