import { SlipwayError, type StepName } from '../../../../protocol/index.ts';
import { FrameParser, type FramePiece } from '../frames/frameParser.ts';
import type { RemoteProcess } from '../remoteProcess.ts';
import { indexPath, logPathOf, progressPath, stepOfLogPath } from '../spool/spoolNames.ts';
import type { RunSpool } from '../spool/runSpool.ts';
import { ArrivingIndex } from './arrivingIndex.ts';

/** The offset in a sign of life that is the last thing the helper sends. */
const lastSign = 1;

/** How one connection to the verb `follow` ended. */
export type SessionEnd =
  /** It said all there will ever be. */
  | { readonly kind: 'complete' }
  /** The connection ended. `heard` tells whether it had worked. */
  | { readonly kind: 'cut'; readonly words: string; readonly heard: boolean }
  /** What came is not what the helper sends, or the helper itself failed. */
  | { readonly kind: 'broken'; readonly error: SlipwayError };

export interface SessionOptions {
  readonly process: RemoteProcess;
  readonly spool: RunSpool;
  /** Steps whose logs are asked for from where the spool ends, those from the API anew; others come from their beginning. */
  readonly steps: readonly StepName[];
  /** Something came; `grown` tells whether there is something new to read. */
  readonly onHeard: (grown: boolean) => void;
  /** What was there when the helper first looked has all come. */
  readonly onCaughtUp: () => void;
}

/** Reads one connection into the spool until it ends. Rejects with what the disk says, and when aborted. */
export async function followSession(options: SessionOptions, signal: AbortSignal): Promise<SessionEnd> {
  const { process, spool } = options;
  const stop = (): void => process.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const offsets = await offsetsOf(spool, options.steps);
    const asked = await sendRequest(process, { offsets });
    return asked ? await readFrames(options, signal) : await cut(process, false);
  } finally {
    signal.removeEventListener('abort', stop);
    process.destroy();
  }
}

async function offsetsOf(spool: RunSpool, steps: readonly StepName[]): Promise<Record<string, number>> {
  const offsets: [string, number][] = [[progressPath, spool.progressSize]];
  for (const step of steps) {
    const log = await spool.log(step);
    // What came from the API stands until the helper has given the beginning of the step's own log.
    offsets.push([logPathOf(step), log.fromApi && !log.sealed ? 0 : log.size]);
  }
  return Object.fromEntries(offsets);
}

async function sendRequest(process: RemoteProcess, request: object): Promise<boolean> {
  try {
    await process.send(Buffer.from(`${JSON.stringify(request)}\n`));
    return true;
  } catch {
    // The connection has ended; how, `ended` tells.
    return false;
  }
}

async function readFrames(options: SessionOptions, signal: AbortSignal): Promise<SessionEnd> {
  const { process, spool } = options;
  const parser = new FrameParser();
  const index = new ArrivingIndex();
  let heard = false;
  let isLast = false;
  try {
    for await (const chunk of process.output) {
      let grown = false;
      for (const piece of parser.push(chunk)) {
        // A sign of life comes when there is nothing else to send.
        if (piece.path === '') {
          isLast = piece.offset === lastSign;
          options.onCaughtUp();
        } else grown = (await take(spool, index, piece)) || grown;
      }
      heard = true;
      options.onHeard(grown);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (SlipwayError.is(error, 'cluster.protocol')) return { kind: 'broken', error };
    throw error;
  }
  signal.throwIfAborted();
  const end = await process.ended;
  const artifacts = index.artifacts();
  // By its own word, or by the index where an earlier version's helper has none: an exit code alone is the word of the node.
  if (end.exitCode === 0 && (isLast || artifacts !== undefined)) {
    // The pod is about to end: whoever asks for them later need not start another one.
    if (artifacts !== undefined) await spool.keepArtifacts(artifacts);
    return { kind: 'complete' };
  }
  if (end.exitCode === undefined || end.exitCode === 0) return cut(process, heard);
  return { kind: 'broken', error: helperFailed(end.exitCode, end.words) };
}

async function cut(process: RemoteProcess, heard: boolean): Promise<SessionEnd> {
  return { kind: 'cut', words: (await process.ended).words, heard };
}

/** Files that this version does not know of are passed over. */
async function take(spool: RunSpool, index: ArrivingIndex, piece: FramePiece): Promise<boolean> {
  const { path, offset, bytes, time } = piece;
  if (bytes.length === 0) return false;
  try {
    if (path === indexPath) {
      index.add(offset, bytes);
      return false;
    }
    if (path === progressPath) return await spool.appendProgress(offset, bytes);
    const step = stepOfLogPath(path);
    if (step === undefined) return false;
    const log = await spool.log(step);
    // Told from its beginning again: the file was replaced by another one, or what there is came from the API.
    if (offset === 0 && log.size > 0) await log.restart();
    return await log.append(offset, bytes, time);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SlipwayError('cluster.protocol', `The run's helper in the pod left out a part of ${path}.`, {
      cause: error,
    });
  }
}

export function helperFailed(exitCode: number, words: string): SlipwayError {
  const why = words.trim() === '' ? '' : `: ${words.trim().slice(-500)}`;
  return new SlipwayError('cluster.protocol', `The run's helper in the pod ended with exit code ${exitCode}${why}.`, {
    action: 'Check that the image of the run has Python 3.9 or newer as python3.',
  });
}
