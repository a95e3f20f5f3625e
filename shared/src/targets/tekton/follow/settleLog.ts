import { SlipwayError, type StepName } from '../../../protocol/index.ts';
import type { ByteRange, OpenedFile } from '../../runTarget.ts';
import { NotedTimes } from './notedTimes.ts';
import type { PodContainer } from './runPlace.ts';
import type { LogSource } from './sourceChoice.ts';
import type { RunSpool } from './spool/runSpool.ts';
import type { SpooledLog } from './spool/spooledLog.ts';
import { logPathOf, timesPathOf } from './spool/spoolNames.ts';

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
  /** Aborted once the volume is the faster way: what the API has not given by then is not waited for. */
  readonly volumeIsReady?: AbortSignal | undefined;
  readonly onGrown: () => void;
}

/** Many hours of a step that writes all the time; lines after that have the last time. */
const mostTimesBytes = 16 * 1024 * 1024;

type ApiSource = Extract<LogSource, { from: 'api' }>;

/** Makes the spool's log of a step that has ended whole, and seals it. @throws SlipwayError where that cannot be done now */
export async function settleLog(options: SettleOptions, signal: AbortSignal): Promise<void> {
  const { spool, step, source } = options;
  const log = await spool.log(step);
  if (source.from === 'volume') await fromVolume(options, log, signal);
  else if (!(await fromApiUnlessSlower(options, log, source, signal))) {
    try {
      await fromVolume(options, log, signal);
    } catch (error) {
      // It was only the faster way.
      const passing = options.volumeIsReady?.aborted === true && SlipwayError.is(error) && isOfCluster(error);
      if (signal.aborted || !passing || !(await fromApi(options, log, source, signal))) throw error;
    }
  }
  await log.seal();
  options.onGrown();
}

/** True when the API's log is the one that is wanted, and came before the volume was ready. */
async function fromApiUnlessSlower(
  options: SettleOptions,
  log: SpooledLog,
  source: ApiSource,
  signal: AbortSignal,
): Promise<boolean> {
  const { volumeIsReady } = options;
  if (volumeIsReady === undefined) return fromApi(options, log, source, signal);
  const isReady = (): boolean => volumeIsReady.aborted;
  if (isReady()) return false;
  try {
    return await fromApi(options, log, source, AbortSignal.any([signal, volumeIsReady]));
  } catch (error) {
    if (signal.aborted || !isReady()) throw error;
    return false;
  }
}

/** True when the API's log is the one that is wanted. */
async function fromApi(
  { spool, step, where, readContainer }: SettleOptions,
  log: SpooledLog,
  { expected, elseVolume }: ApiSource,
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
  let times = await notedTimes(options, signal);
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
        await log.appendAll(offset, times.divide(offset, bytes));
        offset += bytes.length;
        options.onGrown();
      }
      return;
    }
    // Shorter than what was read: another log has taken its place.
    await drain(file.content);
    await log.restart();
    times = await notedTimes(options, signal);
  }
}

/** A step of an earlier version has noted none. */
async function notedTimes({ openFile, step }: SettleOptions, signal: AbortSignal): Promise<NotedTimes> {
  const times = new NotedTimes();
  try {
    const { content } = await openFile(timesPathOf(step), { start: 0, end: mostTimesBytes }, signal);
    for await (const chunk of content) times.push(chunk);
  } catch (error) {
    if (!SlipwayError.is(error, 'artifact.notFound') && !SlipwayError.is(error, 'path.refused')) throw error;
  }
  return times;
}

function isOfCluster({ code }: SlipwayError): boolean {
  return code.startsWith('cluster.') || code.startsWith('artifact.');
}

/** The range is beyond the end, so there is nothing to read; reading it gives the connection back. */
async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  while ((await pieces.next()).done !== true);
}
