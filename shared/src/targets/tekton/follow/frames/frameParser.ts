import { SlipwayError } from '../../../../protocol/index.ts';

/** A piece of a file of the run's folder: a frame, or a part of one as it arrives. */
export interface FramePiece {
  /** Relative to the run's folder. */
  readonly path: string;
  /** Byte offset of the first byte in the file. */
  readonly offset: number;
  /** A view of what was pushed. */
  readonly bytes: Uint8Array;
  /** Epoch ms by the pod's clock, when the bytes were first seen there. */
  readonly time: number;
}

/** A frame's first line is at most this long; the verb writes some hundred bytes. */
const longestHeaderBytes = 4_096;
/** A frame says at most this much at once. */
const longestFrameBytes = 16 * 1024 * 1024;
const newline = 10;

interface Header {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly time: number;
}

/**
 * Takes the output of the verb `follow` apart: frames of a JSON line and as many bytes as it says, however they arrive.
 * Pure and incremental; holds at most an unfinished header. A frame without bytes is a sign of life and comes as a piece of
 * length 0.
 */
export class FrameParser {
  #header: Uint8Array = new Uint8Array();
  #frame: Header | undefined;
  /** Bytes of the frame that were handed out. */
  #done = 0;

  /**
   * Takes the next bytes and gives the pieces in them.
   * @throws SlipwayError `cluster.protocol` for what is no frame; the parser is of no use afterwards
   */
  push(chunk: Uint8Array): FramePiece[] {
    const pieces: FramePiece[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const frame = this.#frame;
      if (frame === undefined) {
        const end = rest.indexOf(newline);
        this.#hold(end < 0 ? rest : rest.subarray(0, end));
        if (end >= 0) this.#begin(pieces);
        rest = end < 0 ? rest.subarray(rest.length) : rest.subarray(end + 1);
        continue;
      }
      const { path, offset, length, time } = frame;
      const bytes = rest.subarray(0, length - this.#done);
      pieces.push({ path, offset: offset + this.#done, bytes, time });
      this.#done += bytes.length;
      rest = rest.subarray(bytes.length);
      if (this.#done === length) this.#frame = undefined;
    }
    return pieces;
  }

  #hold(part: Uint8Array): void {
    if (this.#header.length + part.length > longestHeaderBytes) throw notFrames('a line longer than a frame has');
    this.#header = Buffer.concat([this.#header, part]);
  }

  #begin(pieces: FramePiece[]): void {
    const frame = parseHeader(Buffer.from(this.#header));
    this.#header = new Uint8Array();
    this.#done = 0;
    this.#frame = frame.length === 0 ? undefined : frame;
    if (frame.length === 0)
      pieces.push({ path: frame.path, offset: frame.offset, bytes: new Uint8Array(), time: frame.time });
  }
}

function parseHeader(line: Buffer): Header {
  const value = parseObject(line);
  if (value === undefined) throw notFrames('a line that is no JSON object');
  const { path, offset, length, time } = value;
  if (typeof path !== 'string') throw notFrames('a frame without a path');
  if (!isCount(offset) || !isCount(length) || !Number.isSafeInteger(offset + length)) {
    throw notFrames('a frame without a place in its file');
  }
  if (length > longestFrameBytes) throw notFrames('a frame larger than frames may be');
  if (typeof time !== 'number' || !Number.isFinite(time) || time < 0) throw notFrames('a frame without a time');
  return { path, offset, length, time: Math.floor(time) };
}

function parseObject(line: Buffer): Partial<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What came is not repeated in the message: it may be anything. */
function notFrames(what: string): SlipwayError {
  return new SlipwayError('cluster.protocol', `The run's helper in the pod sent ${what}.`, {
    action: 'Look at the image: something in it prints before or between what the helper sends.',
  });
}
