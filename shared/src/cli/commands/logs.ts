import { SlipwayError, type LogBatch, type LogPage, type Run, type StepName } from '../../protocol/index.ts';
import { createLineAssembler, type AssembledLine } from '../../runs/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { plain, toned } from '../terminal/line.ts';
import { LiveRegion } from '../terminal/liveRegion.ts';
import { logLine, oneLine } from '../terminal/sanitize.ts';
import { stateWords } from '../view/verdictWords.ts';
import { readStepName } from './retry.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

export interface LogOptions {
  /** Goes on until the run has ended. */
  readonly follow: boolean;
  readonly step: string | undefined;
  readonly timestamps: boolean;
  /** Begins with the last lines; undefined for all. */
  readonly tail: number | undefined;
}

const pageBytes = 1024 * 1024;
const followWaitMs = 10_000;
/** While a run's pod ends its log cannot be read, for a second or two. */
const firstWordsMs = 5_000;
const longestTail = 10_000;

/**
 * `slipway logs`: the merged log, each line with its step; or one step's. One step's log that goes to a file or a pipe
 * comes byte for byte.
 */
export async function logs(session: Session, reference: RunReference, options: LogOptions): Promise<number> {
  const step = options.step === undefined ? undefined : readStepName(options.step);
  if (options.tail !== undefined && options.tail > longestTail) {
    throw new SlipwayError('usage', `--tail can show at most ${longestTail} lines.`, {
      action: 'Leave it out to read the whole log.',
    });
  }
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  if (step !== undefined && !run.steps.some(({ name }) => name === step)) {
    throw new SlipwayError('usage', `${run.name} has no step ${step}.`, {
      action: `Its steps are: ${run.steps.map(({ name }) => name).join(', ')}.`,
    });
  }
  const isRaw = step !== undefined && !options.timestamps && !session.out.isTerminal;
  const sink = isRaw ? createRawSink(session) : createLineSink(session, { ...options, step });
  const interruption = session.onInterrupt(() => session.endQuietly(exitCodes.cancelled));
  let isEmpty = true;
  try {
    for await (const page of readPages(core, run, step, options, session.signal)) {
      sink.page(page);
      isEmpty &&= page.batches.length === 0;
      await session.out.drained();
      session.signal.throwIfAborted();
    }
    sink.end();
    await session.out.drained();
  } finally {
    sink.dispose();
    interruption.dispose();
  }
  if (isEmpty && session.out.isTerminal) {
    session.err.writeLines([[toned('dim', options.follow ? 'nothing was printed' : whyEmpty(run, step))]]);
    await session.err.drained();
  }
  return exitCodes.passed;
}

/** Why there is no line to show, for people. @param run as it was when its log was asked for */
function whyEmpty(run: Run, step: StepName | undefined): string {
  const name = oneLine(run.name);
  if (run.finishedAt === undefined) {
    return `${name} is ${stateWords[run.state]}: nothing is printed yet; slipway logs ${name} -f waits for it`;
  }
  if (hasBegun(run, step)) return `${step ?? name} printed nothing`;
  return step === undefined ? `no step of ${name} began` : `${step} did not begin`;
}

async function* readPages(
  core: CliCore,
  run: Run,
  step: StepName | undefined,
  { follow, tail }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogPage> {
  const ref = { ...refOf(run), ...(step !== undefined && { steps: [step] }) };
  // Where something has run there are words: none yet is no answer.
  let patienceMs = hasBegun(run, step) ? firstWordsMs : 0;
  let position = '';
  if (tail !== undefined && tail > 0) {
    let page = await core.handlers['logs/tail']({ ...ref, lines: tail }, signal);
    if (!follow && isNothingYet(page) && patienceMs > 0) {
      await core.handlers['logs/read']({ ...ref, position, maxBytes: 1, waitMs: patienceMs }, signal);
      page = await core.handlers['logs/tail']({ ...ref, lines: tail }, signal);
    }
    yield page;
    if (page.end || !follow) return;
    position = page.next;
  }
  for (let waitMs = follow ? followWaitMs : 0; ;) {
    const request = { ...ref, position, maxBytes: pageBytes, ...(waitMs > 0 && { waitMs }) };
    const page = await core.handlers['logs/read'](request, signal);
    yield page;
    if (page.end) return;
    if (!follow) {
      if (isNothingYet(page) && patienceMs === 0) return;
      waitMs = isNothingYet(page) ? patienceMs : 0;
      patienceMs = 0;
    }
    position = page.next;
  }
}

const isNothingYet = ({ batches, end }: LogPage): boolean => batches.length === 0 && !end;

/** Whether a step, or any, has run or runs. */
function hasBegun({ steps }: Run, step: StepName | undefined): boolean {
  return steps.some(({ name, startedAt }) => (step === undefined || name === step) && startedAt !== undefined);
}

/** Where the log goes. */
interface LogSink {
  page(page: LogPage): void;
  end(): void;
  dispose(): void;
}

function createRawSink({ out }: Session): LogSink {
  return {
    page: ({ batches }) => {
      for (const batch of batches) out.write(bytesOf(batch));
    },
    end: () => undefined,
    dispose: () => undefined,
  };
}

function bytesOf(batch: LogBatch): string | Uint8Array {
  return batch.encoding === 'utf8' ? batch.data : Buffer.from(batch.data, 'base64');
}

/** Whole lines. On a terminal that is followed, the line that is still being written is painted below them. */
function createLineSink(session: Session, options: LogOptions & { readonly step: StepName | undefined }): LogSink {
  const { out } = session;
  const assembler = createLineAssembler();
  const region = options.follow && session.canPaint(out) ? new LiveRegion(out, session.io) : undefined;
  let isContinued = false;
  const format = (lines: readonly AssembledLine[]): string =>
    lines
      .map((line) => {
        const head = isContinued ? '' : headOf(line);
        isContinued = line.continues;
        return `${head}${logLine(line.text, out.colours)}${line.continues ? '' : '\n'}`;
      })
      .join('');
  const headOf = (line: AssembledLine): string => {
    const time = options.timestamps ? `${new Date(line.time).toISOString()} ` : '';
    const step = options.step === undefined ? `[${line.step}] ` : '';
    const text = time + step;
    return text === '' || !out.colours ? text : dim(text);
  };
  const write = (lines: readonly AssembledLine[]): void => {
    const text = format(lines);
    if (text === '') return;
    // A part of an overlong line leaves the cursor in it: nothing can be painted there.
    if (!text.endsWith('\n')) region?.clear();
    if (region === undefined) out.write(text);
    else region.print(text);
  };
  return {
    page: ({ batches }) => {
      write(batches.flatMap((batch) => assembler.push(batch)));
      if (region === undefined) return;
      const partial = assembler.partial();
      if (partial === undefined || isContinued) region.clear();
      else region.update([[plain(oneLine(headPlain(partial, options) + partial.text))]]);
    },
    end: () => {
      region?.clear();
      write(assembler.end());
    },
    dispose: () => region?.clear(),
  };
}

function headPlain(line: AssembledLine, { step }: { readonly step: StepName | undefined }): string {
  return step === undefined ? `[${line.step}] ` : '';
}

function dim(head: string): string {
  return `\u001b[2m${head.trimEnd()}\u001b[22m `;
}
