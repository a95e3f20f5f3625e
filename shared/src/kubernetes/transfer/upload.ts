import { createHash, type Hash } from 'node:crypto';
import { SlipwayError } from '../../protocol/index.ts';
import type { KubernetesApi } from '../api.ts';
import { systemClock, type Clock } from '../clock.ts';
import { exec, execAttempt, type ExecSession } from '../exec/index.ts';
import { asSlipwayError, classify } from '../failure.ts';
import { failed, freshBackOff, waitMs } from '../timing/backOff.ts';
import type { Random } from '../timing/random.ts';
import { AnswerReader } from './answerReader.ts';
import { programFailure, type RemoteProgram } from './remoteProgram.ts';
import {
  headerLine,
  parseUploadAnswer,
  partLine,
  uploadFailure,
  type AnnouncedFile,
  type MissingPart,
  type UploadAnswer,
} from './uploadProtocol.ts';

export interface UploadFile extends AnnouncedFile {
  /** The bytes from `start` on; called anew for each try. */
  readonly open: (start: number) => AsyncIterable<Uint8Array>;
}

export interface UploadProgress {
  /** Whole files that are there, and how many there are to be. */
  readonly files: number;
  readonly totalFiles: number;
  /** Bytes that are there or on their way. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  readonly onProgress?: (progress: UploadProgress) => void;
  /** A try failed, and another follows. */
  readonly onRetry?: (error: SlipwayError) => void;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Tries in a row that get no further. */
const maxIdleTries = 6;
const maxLineBytes = 64 * 1024 * 1024;

/**
 * Uploads files through a program in a container, `receive.py`'s protocol; nothing is held in memory whole. A broken connection is
 * made anew and goes on where it was; what is there already is not sent. When it resolves, the other side has checked length
 * and SHA-256 of every file.
 * @throws SlipwayError of the receiver (disk.full, path.refused …), of exec, or files.refused when a file is not as announced
 */
export async function uploadFiles(
  api: KubernetesApi,
  program: RemoteProgram,
  files: readonly UploadFile[],
  options: UploadOptions,
  signal: AbortSignal,
): Promise<void> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  let backOff = freshBackOff;
  let furthest = -1;
  while (true) {
    const upload = new Upload(files, options.onProgress);
    try {
      await upload.run(await exec(api, { ...program, stdin: 'open' }, signal));
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asSlipwayError(thrown, 'The upload', execAttempt({ cluster: api.cluster, ...program }));
      const kind = classify(error);
      if (upload.startedWith > furthest) backOff = freshBackOff;
      furthest = Math.max(furthest, upload.startedWith);
      backOff = failed(backOff, clock.now());
      if ((kind !== 'unreachable' && kind !== 'busy') || backOff.failures >= maxIdleTries) throw error;
      options.onRetry?.(error);
      await clock.sleep(waitMs(backOff, random), signal);
    }
  }
}

/** One try. */
class Upload {
  readonly #files: readonly UploadFile[];
  readonly #onProgress: UploadOptions['onProgress'];
  readonly #totalBytes: number;
  /** Bytes that were there when the try began; -1 where that was not heard. */
  startedWith = -1;
  #done = 0;
  #bytes = 0;

  constructor(files: readonly UploadFile[], onProgress: UploadOptions['onProgress']) {
    this.#files = files;
    this.#onProgress = onProgress;
    this.#totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async run(session: ExecSession): Promise<void> {
    const reader = new AnswerReader(session.stdout);
    try {
      await session.write(headerLine(this.#files));
      const answer = await this.#answer(reader, session);
      if (answer.kind === 'failed') throw uploadFailure(answer, this.#files);
      if (answer.kind !== 'missing') throw confused();
      this.#begin(answer.parts);
      await this.#sendAll(answer.parts, reader, session);
    } finally {
      session.close();
    }
  }

  #begin(parts: readonly MissingPart[]): void {
    const left = parts.reduce((sum, { file, offset }) => sum + (this.#files[file]?.bytes ?? 0) - offset, 0);
    this.startedWith = this.#totalBytes - left;
    this.#bytes = this.startedWith;
    this.#done = this.#files.length - parts.length;
    this.#tell();
  }

  async #sendAll(parts: readonly MissingPart[], reader: AnswerReader, session: ExecSession): Promise<void> {
    let over = false;
    const sending = this.#sendParts(parts, session, () => over);
    try {
      // A receiver that refuses takes no more, so that the sending hangs: what it says counts at once.
      const answer = await Promise.race([this.#answer(reader, session), rejectionOf(sending)]);
      if (answer.kind === 'failed') throw uploadFailure(answer, this.#files);
      if (answer.kind !== 'done') throw confused();
      await sending;
    } finally {
      over = true;
    }
    this.#tell();
  }

  async #sendParts(parts: readonly MissingPart[], session: ExecSession, stopped: () => boolean): Promise<void> {
    try {
      for (const part of parts) await this.#send(part, session, stopped);
    } catch (error) {
      // The receiver has ended: what it said counts more.
      if (!SlipwayError.is(error, 'run.conflict')) throw error;
    }
  }

  async #send(part: MissingPart, session: ExecSession, stopped: () => boolean): Promise<void> {
    const file = this.#files[part.file];
    if (file === undefined) throw confused();
    await session.write(partLine(part, file.bytes));
    const hash = part.offset === 0 ? createHash('sha256') : undefined;
    let left = file.bytes - part.offset;
    for await (const chunk of left === 0 ? [] : file.open(part.offset)) {
      if (stopped()) return;
      left -= chunk.length;
      if (left < 0) throw changed(file);
      checkLast(hash, chunk, left, file);
      await session.write(chunk);
      this.#bytes += chunk.length;
      this.#tell();
      if (left === 0) break;
    }
    if (left > 0) throw changed(file);
    this.#done += 1;
  }

  async #answer(reader: AnswerReader, session: ExecSession): Promise<UploadAnswer> {
    try {
      const answer = parseUploadAnswer(await reader.json(maxLineBytes), this.#files);
      if (answer === undefined) throw confused();
      return answer;
    } catch (error) {
      throw await programFailure(error, session, 'upload');
    }
  }

  #tell(): void {
    this.#onProgress?.({
      files: this.#done,
      totalFiles: this.#files.length,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
    });
  }
}

/** Rejects as `work` does, and never resolves: the answer comes after the work. */
function rejectionOf(work: Promise<void>): Promise<never> {
  return new Promise((_resolve, reject) => {
    work.catch(reject);
  });
}

/** Checks before the last bytes go out what the receiver would only refuse. */
function checkLast(hash: Hash | undefined, chunk: Uint8Array, left: number, file: UploadFile): void {
  hash?.update(chunk);
  if (left === 0 && hash !== undefined && hash.digest('hex') !== file.sha256) throw changed(file);
}

function changed({ path }: UploadFile): SlipwayError {
  return new SlipwayError('files.refused', `${path} changed while it was uploaded.`, {
    action: 'Try again when nothing writes to it.',
  });
}

function confused(): SlipwayError {
  return new SlipwayError(
    'cluster.protocol',
    'The program that takes the upload gave an answer that was not understood.',
    {
      action: 'Check that the image prints nothing when a program starts in it.',
    },
  );
}
