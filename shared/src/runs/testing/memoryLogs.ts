import type { Run, Step, StepName } from '../../protocol/index.ts';
import type { LogSize, StepLogChunk } from '../../targets/index.ts';
import type { LogSource } from '../logStreams.ts';

/** Step logs in memory, for unit tests of reading them. */
export class MemoryLogs implements LogSource {
  /** The most bytes that one read gives, whatever is asked for. */
  largestRead = Infinity;
  /** False while logs are taken to be read anew from where they are kept. */
  whole = true;
  /** How many bytes were handed out. */
  bytesRead = 0;
  readonly #logs = new Map<StepName, { bytes: Buffer; times: [number, number][] }>();

  append(step: StepName, content: string | Uint8Array, time: number): void {
    const { bytes, times } = this.#logs.get(step) ?? { bytes: Buffer.alloc(0), times: [] };
    this.#logs.set(step, {
      bytes: Buffer.concat([bytes, Buffer.from(content)]),
      times: [...times, [bytes.length, time]],
    });
  }

  /** Leaves only the first bytes of a log, as where it is being read anew. */
  cut(step: StepName, length: number): void {
    const { bytes, times } = this.#logs.get(step) ?? { bytes: Buffer.alloc(0), times: [] };
    this.#logs.set(step, { bytes: bytes.subarray(0, length), times: times.filter(([at]) => at < length) });
  }

  bytes(step: StepName): Buffer {
    return this.#logs.get(step)?.bytes ?? Buffer.alloc(0);
  }

  readLog(_run: string, step: StepName, offset: number, maxBytes: number): Promise<StepLogChunk> {
    const log = this.#logs.get(step) ?? { bytes: Buffer.alloc(0), times: [] };
    const bytes = log.bytes.subarray(offset, offset + Math.min(maxBytes, this.largestRead));
    this.bytesRead += bytes.length;
    const first = Math.max(
      0,
      log.times.findLastIndex(([at]) => at <= offset),
    );
    return Promise.resolve({
      offset,
      bytes,
      times: log.times.slice(first).filter(([at]) => at < offset + bytes.length),
    });
  }

  logSize(_run: string, step: StepName): Promise<LogSize> {
    return Promise.resolve({ bytes: this.bytes(step).length, whole: this.whole });
  }
}

/** A run whose steps are in the given states; those that have ended ran one after the other, a second each. */
export function runWithSteps(state: Run['state'], steps: Readonly<Partial<Record<StepName, Step['state']>>>): Run {
  const names = ['prepare', 'notebook', 'command', 'report', 'test', 'collect'] as const;
  return {
    name: 'analysis-7f3a',
    context: 'local',
    title: 'analysis.ipynb',
    state,
    createdAt: 0,
    cancelRequested: false,
    steps: names.flatMap((name, index): Step[] => {
      const stepState = steps[name];
      if (stepState === undefined) return [];
      if (stepState === 'pending' || stepState === 'reused') return [{ name, state: stepState }];
      const startedAt = index * 1_000;
      return [{ name, state: stepState, startedAt, ...(stepState !== 'running' && { finishedAt: startedAt + 1_000 }) }];
    }),
  };
}
