import { SlipwayError, type StepName } from '../../../protocol/index.ts';
import type { ByteRange, OpenedFile } from '../../runTarget.ts';
import type { PodContainer } from './runPlace.ts';
import type { LogSource } from './sourceChoice.ts';
import type { RunSpool } from './spool/runSpool.ts';
import type { SpooledLog } from './spool/spooledLog.ts';
import { logPathOf } from './spool/spoolNames.ts';

export interface SettleOptions {
  readonly spool: RunSpool;
  readonly step: StepName;
  readonly source: Extract<LogSource, { from: 'api' | 'volume' }>;
  /** The step's container, where it has ended and is still there. */
  readonly where: PodContainer | undefined;
  /** Reads the API's log of a container that has ended into an empty log, byte for byte. */
  readonly readContainer: (where: PodContainer, log: SpooledLog, signal: AbortSignal) => Promise<void>;
  /** Reads the run's folder. */
  readonly openFile: (path: string, range: ByteRange | undefined, signal: AbortSignal) => Promise<OpenedFile>;
  readonly onGrown: () => void;
}

/** Makes the spool's log of a step that has ended whole, and seals it. @throws SlipwayError where that cannot be done now */
export async function settleLog(options: SettleOptions, signal: AbortSignal): Promise<void> {
  const { spool, step, source } = options;
  const log = await spool.log(step);
  const settled = source.from === 'api' && (await fromApi(options, log, source, signal));
  if (!settled) await fromVolume(options, log, signal);
  await log.seal();
  options.onGrown();
}

/** True when the API's log is the one that is wanted. */
async function fromApi(
  { spool, step, where, readContainer }: SettleOptions,
  log: SpooledLog,
  { expected, elseVolume }: Extract<LogSource, { from: 'api' }>,
  signal: AbortSignal,
): Promise<boolean> {
  if (where === undefined) return false;
  const draft = await spool.draft(step);
  try {
    await readContainer(where, draft, signal);
  } catch (error) {
    await draft.remove();
    signal.throwIfAborted();
    if (!SlipwayError.is(error) || error.code.startsWith('disk.')) throw error;
    // What was read while it ran is better than nothing, where nothing else can be asked.
    if (!elseVolume && log.size > 0) return true;
    if (elseVolume || SlipwayError.is(error, 'cluster.notFound')) return false;
    throw error;
  }
  const wanted = expected === undefined ? draft.size >= log.size : draft.size === expected;
  // What has the right size already has the better times: when the lines came.
  if (wanted && draft.size !== log.size) await log.replace(draft);
  else await draft.remove();
  return wanted || !elseVolume;
}

async function fromVolume(options: SettleOptions, log: SpooledLog, signal: AbortSignal): Promise<void> {
  // The API's bytes need not be those of the volume.
  if (log.fromApi) await log.restart();
  const path = logPathOf(options.step);
  while (true) {
    const start = log.size;
    let file: OpenedFile;
    try {
      file = await options.openFile(path, { start, end: Number.MAX_SAFE_INTEGER }, signal);
    } catch (error) {
      if (!SlipwayError.is(error, 'artifact.notFound') || start > 0) throw error;
      // It wrote nothing, or keeps no log of its own.
      if (options.where !== undefined) await options.readContainer(options.where, log, signal);
      return;
    }
    if (file.bytes >= start) {
      let offset = start;
      for await (const bytes of file.content) {
        await log.append(offset, bytes, undefined);
        offset += bytes.length;
        options.onGrown();
      }
      return;
    }
    // Shorter than what was read: another log has taken its place.
    await drain(file.content);
    await log.restart();
  }
}

/** The range is beyond the end, so there is nothing to read; reading it gives the connection back. */
async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}
