import { setImmediate as nextTurn } from 'node:timers/promises';
import { followContainerLog, readContainerLog, type Clock, type KubernetesApi } from '../../../../kubernetes/index.ts';
import type { SlipwayError } from '../../../../protocol/index.ts';
import type { Random } from '../pause.ts';
import type { PodContainer } from '../runPlace.ts';
import type { SpooledLog } from '../spool/spooledLog.ts';
import { ApiLogPlace } from './apiLogPlace.ts';
import { TimestampStripper } from './timestampStripper.ts';

const lineEnd = Buffer.from('\n');
/** Lines are written together, as many as come at once; more than this are not held. */
const batchBytes = 1024 * 1024;

export interface ContainerLogOptions {
  readonly api: KubernetesApi;
  readonly where: PodContainer;
  readonly log: SpooledLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly onGrown: () => void;
  readonly onTrouble: (error: SlipwayError) => void;
  /** Lines may be missing in what is shown. */
  readonly onGap: () => void;
}

/**
 * Follows the API's log of a container into the spool until the container has ended, across cuts and rotation. What is
 * there already, by whatever way, is read again and passed over.
 */
export async function followIntoSpool(options: ContainerLogOptions, signal: AbortSignal): Promise<void> {
  const { api, where, log, clock, random, onTrouble } = options;
  const reference = { namespace: api.cluster.namespace, pod: where.pod, container: where.container };
  const writer = new BatchWriter(log, options.onGrown);
  const place = new ApiLogPlace(log, options.onGap);
  for await (const line of followContainerLog(api, reference, { clock, random, onTrouble }, signal)) {
    const bytes = line.partial === true ? line.bytes : Buffer.concat([line.bytes, lineEnd]);
    const offset = await place.next({ time: line.time, bytes });
    if (offset === undefined) continue;
    if (line.mayMissBefore === true) options.onGap();
    await writer.add(offset, bytes, line.time);
  }
  await writer.flush();
}

/**
 * Reads the API's log of a container that has ended into an empty log, byte for byte.
 * @throws SlipwayError `cluster.protocol` where the node gives something else
 */
export async function readIntoSpool(options: ContainerLogOptions, signal: AbortSignal): Promise<void> {
  const { api, where, log } = options;
  const reference = { namespace: api.cluster.namespace, pod: where.pod, container: where.container };
  const stripper = new TimestampStripper();
  const stream = await readContainerLog(api, reference, { timestamps: true }, signal);
  try {
    for await (const chunk of stream) await log.appendAll(log.size, stripper.push(chunk));
    stripper.end();
  } finally {
    stream.destroy();
  }
}

/** Writes lines that come at the same turn in one piece for each millisecond. */
class BatchWriter {
  readonly #log: SpooledLog;
  readonly #onGrown: () => void;
  #pieces: { readonly offset: number; readonly time: number; readonly parts: Uint8Array[] }[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  #error: Error | undefined;

  constructor(log: SpooledLog, onGrown: () => void) {
    this.#log = log;
    this.#onGrown = onGrown;
  }

  /** @throws what an earlier writing has met */
  async add(offset: number, bytes: Uint8Array, time: number): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    const last = this.#pieces.at(-1);
    if (last?.time === time) last.parts.push(bytes);
    else this.#pieces.push({ offset, time, parts: [bytes] });
    this.#bytes += bytes.length;
    if (this.#bytes >= batchBytes) await this.flush();
    else this.#soon();
  }

  async flush(): Promise<void> {
    do {
      this.#soon();
      await this.#writing;
    } while (this.#pieces.length > 0 && this.#error === undefined);
    if (this.#error !== undefined) throw this.#error;
  }

  #soon(): void {
    this.#writing ??= this.#write()
      .catch((error: unknown) => {
        this.#error = asError(error);
      })
      .finally(() => {
        this.#writing = undefined;
        if (this.#pieces.length > 0 && this.#error === undefined) this.#soon();
      });
  }

  async #write(): Promise<void> {
    await nextTurn();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#bytes = 0;
    let grown = false;
    for (const { offset, time, parts } of pieces) {
      grown = (await this.#log.append(offset, Buffer.concat(parts), time)) || grown;
    }
    if (grown) this.#onGrown();
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
