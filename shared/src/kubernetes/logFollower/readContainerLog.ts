import type { ApiStream, KubernetesApi } from '../api.ts';
import { podPath } from '../resources.ts';
import type { ContainerReference } from './containerWatch.ts';

export interface ReadLogOptions {
  /** With the time before each line, as the kubelet writes it. Default false: the bytes as they were written. */
  readonly timestamps?: boolean;
  /** At most so many bytes from the start. */
  readonly limitBytes?: number;
  /** Only the last lines. */
  readonly tailLines?: number;
  /** Of the instance before a restart. */
  readonly previous?: boolean;
}

/** A minute without a byte of a log that is not followed is a connection that hangs. */
const silenceMs = 60_000;

/**
 * Reads what is there of a container's log, as bytes. Of a log that was rotated that is the newest file only.
 * @throws SlipwayError as KubernetesApi.stream does
 */
export function readContainerLog(
  api: KubernetesApi,
  reference: ContainerReference,
  options: ReadLogOptions,
  signal: AbortSignal,
): Promise<ApiStream> {
  const query = { container: reference.container, ...options };
  return api.stream(podPath(reference, 'log'), query, { silenceMs }, signal);
}
