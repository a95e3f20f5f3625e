import { runCommand } from '../../../kubernetes/index.ts';
import type { SpaceObjects } from './spaceObjects.ts';

export interface CommandEnd {
  readonly exitCode: number;
  /** The last line of the standard error, or empty. */
  readonly said: string;
}

/** Runs a short program in a container; what it writes to its standard output is of no interest. */
export async function runInPod(
  space: SpaceObjects,
  pod: string,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<CommandEnd> {
  const request = { namespace: space.namespace, pod, container, command };
  const { exitCode, stderr } = await runCommand(space.api, request, signal);
  return { exitCode, said: stderr.trimEnd().split('\n').at(-1)?.slice(0, 300) ?? '' };
}
