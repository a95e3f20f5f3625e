import type { LogBatch, LogPage, LogPosition, Run, Step, StepName } from '../protocol/index.ts';
import { terminalStates } from '../protocol/index.ts';
import { maxBatchBytes, toBatches } from './logBatches.ts';
import { mergeStreams, type LogPiece, type StepStream } from './logMerge.ts';
import { formatPosition, parsePosition, unreadablePosition, type StepPosition } from './logPosition.ts';
import { overlap, readStream, stepsWithLogs, type LogSource } from './logStreams.ts';

const defaultPageBytes = 262_144;
/** More than this is not held in memory for one request, whatever the client asks for. */
const largestPageBytes = 4_194_304;
const beginning: StepPosition = { offset: 0, midLine: false };

export interface LogPageRequest {
  /** The run as it was before this request: bytes of a step that had ended by then are all there. */
  readonly run: Run;
  readonly position: LogPosition;
  readonly steps: readonly StepName[] | undefined;
  readonly maxBytes: number | undefined;
}

/**
 * Reads the next page of a run's merged log. Steps come one after the other; steps that ran at the same time are merged
 * by time. A line is cut only where it is longer than what fits, or where a growing log ends for now.
 * @throws SlipwayError `usage` for a position or step that is not of this run
 */
export async function readLogPage(source: LogSource, request: LogPageRequest, signal: AbortSignal): Promise<LogPage> {
  const { run } = request;
  const steps = stepsWithLogs(run, request.steps);
  const page = new Page(run, request);
  for (const [index, step] of steps.entries()) {
    const group = [step, ...steps.slice(index + 1).filter((other) => overlap(step, other))];
    const complete = await readGroup(source, page, group, signal);
    if (!complete) return page.result(false);
  }
  return page.result(terminalStates.has(run.state));
}

/** Reads steps that ran together; false when not all their bytes are read: the page is full, or they are not at hand yet. */
async function readGroup(source: LogSource, page: Page, group: readonly Step[], signal: AbortSignal): Promise<boolean> {
  while (true) {
    if (page.full) return false;
    const streams: StepStream[] = [];
    let isWhole = true;
    for (const step of group) {
      const stream = await readStream(source, page.run, step, page.position(step.name), page.room, signal);
      if (stream.bytes.length > 0) streams.push(stream);
      // While a run goes on its logs may be read anew from their start after a cut, so that less is there for a moment.
      else if (terminalStates.has(page.run.state) && !(await isAtEnd(source, page.run, stream, signal)))
        isWhole = false;
    }
    if (streams.length === 0) return isWhole;
    page.add(mergeStreams(streams, page.room), streams);
  }
}

/**
 * True when the log ends where the reading has come to. A target may have nothing at hand for a moment, or less than before;
 * the end is only where the size of the whole log says so.
 * @throws SlipwayError `usage` for a position beyond it, which is of another run, or made up
 */
async function isAtEnd(source: LogSource, run: Run, stream: StepStream, signal: AbortSignal): Promise<boolean> {
  const { bytes, whole } = await source.logSize(run.name, stream.step, signal);
  if (!whole) return false;
  if (bytes < stream.offset) {
    throw unreadablePosition(`the log of ${stream.step} ends at byte ${bytes}, before ${stream.offset}`);
  }
  return bytes === stream.offset;
}

/** What was read so far for one request. */
class Page {
  readonly run: Run;
  room: number;
  readonly #positions: Map<StepName, StepPosition>;
  readonly #batches: LogBatch[] = [];

  constructor(run: Run, request: LogPageRequest) {
    this.run = run;
    this.room = Math.min(request.maxBytes ?? defaultPageBytes, largestPageBytes);
    this.#positions = new Map(
      parsePosition(
        request.position,
        run.steps.map((step) => step.name),
      ),
    );
  }

  /** With less room than a batch the next line might have to be cut although it fits the next page. */
  get full(): boolean {
    return this.#batches.length > 0 && this.room < maxBatchBytes;
  }

  position(step: StepName): StepPosition {
    return this.#positions.get(step) ?? beginning;
  }

  add(pieces: readonly LogPiece[], streams: readonly StepStream[]): void {
    for (const piece of pieces) {
      const times = streams.find((stream) => stream.step === piece.step)?.times ?? [];
      this.#batches.push(...toBatches(piece, times));
      this.room -= piece.bytes.length;
      this.#positions.set(piece.step, {
        offset: piece.offset + piece.bytes.length,
        midLine: piece.bytes.at(-1) !== 10,
      });
    }
  }

  result(end: boolean): LogPage {
    return { batches: this.#batches, next: formatPosition(this.#positions), end };
  }
}
