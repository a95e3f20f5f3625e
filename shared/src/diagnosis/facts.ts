import { failedStepOf, type FailedCell, type Run, type Step, type StepName } from '../protocol/index.ts';
import { packageOf } from './catalogue/packageNames.ts';
import type { Look } from './catalogue/entry.ts';
import { cleanText, cutLine, meaningfulLines } from './cleanText.ts';
import type { Evidence } from './diagnose.ts';
import { type FinalError, findFinalError } from './finalError.ts';
import type { Values } from './template.ts';

/** What the catalogue is matched against; every text in it is clean. */
export interface Facts {
  readonly step: StepName | undefined;
  readonly exitCode: number | undefined;
  readonly texts: Readonly<Partial<Record<Look, string>>>;
  /** The line that raised, where it is known, and the error. */
  readonly errorLines: readonly string[];
  /** The last lines of the log that say something. */
  readonly lastLines: readonly string[];
  /** For the sentences: `{run}`, `{step}`, `{place}` and so on; see catalogue/entry.ts. */
  readonly values: Values;
}

const longestLog = 65_536;
const longestText = 16_384;
/** A log of so many bytes is the end of a longer one: its first line may be half a line, and half a token is not known. */
const surelyCutBytes = 16_000;

export function gatherFacts({ run, failedCell, logTail, cluster }: Evidence): Facts {
  const step = failingStep(run);
  const log = cleanLog(logTail);
  const cell = step === undefined || step.name === 'notebook' ? (failedCell ?? run.failedCell) : undefined;
  const exitCode = step?.exitCode;
  const byCell = cell === undefined ? undefined : errorOfCell(cell);
  // pytest shows the tracebacks of tests, which are not its own.
  const mayHaveRaised = cell === undefined && endedByItself(exitCode) && step?.name !== 'test';
  const byTool = mayHaveRaised ? findFinalError(log, step?.name) : undefined;
  const error = byCell ?? byTool;
  const reason = firstLine(clean(step?.reason ?? run.reason ?? ''));
  const lines = meaningfulLines(log);
  return {
    step: step?.name,
    exitCode,
    texts: {
      state: run.state,
      reason,
      ...(cluster === undefined ? {} : { cluster: clusterText(cluster.lines) }),
      ...(error === undefined ? {} : { error: error.text }),
      ...(byTool === undefined || byTool.raisedInCell || step?.name === 'command' ? {} : { toolError: byTool.text }),
      // What a notebook printed before a cell raised has nothing to do with why it raised.
      ...(cell === undefined ? { log, logEnd: lines.slice(-3).join('\n') } : {}),
    },
    errorLines: error?.lines ?? [],
    lastLines: lines.slice(-5),
    values: {
      ...valuesOf(run, step, reason),
      ...placeValues(cell, step?.name, byTool),
      ...(error === undefined ? {} : errorValues(error.text)),
    },
  };
}

/** As the run tells it: the first step that failed, else the one that was at work. */
function failingStep(run: Run): Step | undefined {
  return failedStepOf(run) ?? run.steps.find(({ state }) => state === 'running');
}

/** Not by a signal. papermill reports a dead kernel as 138. */
function endedByItself(exitCode: number | undefined): boolean {
  return exitCode === undefined || exitCode < 124 || exitCode === 138 || exitCode === 255;
}

function cleanLog(logTail: string): string {
  const cut = logTail.length > longestLog ? logTail.slice(-longestLog) : logTail;
  const isCut = new TextEncoder().encode(cut).length >= surelyCutBytes;
  return cleanText(isCut ? cut.slice(cut.indexOf('\n') + 1) : cut);
}

function clean(text: string): string {
  return cleanText(text.length > longestText ? text.slice(0, longestText) : text);
}

/** A fact a line, whatever line ends are in them. */
function clusterText(lines: readonly string[]): string {
  return clean(lines.map((line) => line.replace(/\s*[\r\n]+\s*/g, ' ')).join('\n'));
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

function errorOfCell(cell: FailedCell): FinalError {
  const name = firstLine(clean(cell.errorName));
  const value = clean(cell.errorValue).trim();
  const text = value === '' ? name : `${name}: ${value}`;
  const source = cell.line === undefined ? undefined : clean(cell.source).split('\n')[cell.line - 1];
  // Notes that were added to an error stand at the end of its traceback alone.
  const notes = clean((cell.traceback.at(-1) ?? '').slice(-longestText)).trim();
  return {
    text: notes.length > text.length && notes.startsWith(text) ? notes : text,
    lines: [...(source === undefined ? [] : [source]), ...text.split('\n').slice(0, 4)],
    raisedInCell: true,
  };
}

function valuesOf(run: Run, step: Step | undefined, reason: string): Values {
  return {
    run: firstLine(clean(run.name)),
    state: run.state,
    title: cutLine(firstLine(clean(run.title))),
    ...(reason === '' ? {} : { reason: cutLine(reason) }),
    // "papermill ended with exit code 3" says nothing that the exit code does not.
    ...(reason === '' || /\bexit code \d+/.test(reason) ? {} : { why: cutLine(reason) }),
    ...(step === undefined ? {} : { step: step.name }),
    ...(step?.exitCode === undefined ? {} : { exitCode: String(step.exitCode) }),
  };
}

function placeValues(cell: FailedCell | undefined, step: StepName | undefined, byTool: FinalError | undefined): Values {
  if (cell !== undefined) {
    const place = cell.number > 0 ? `cell ${cell.number}` : 'the cell with the injected parameters';
    return { place, cell: place };
  }
  if (byTool?.raisedInCell === true) return { place: 'a cell', cell: 'a cell' };
  if (step === 'notebook' || step === 'command') return { place: `the ${step}` };
  return step === undefined ? {} : { place: `step ${step}` };
}

/** `ModuleNotFoundError: No module named 'cv2'` → error, message, module, package. */
function errorValues(text: string): Values {
  const [, error = '', message = ''] = /^([^:\n]*)(?:: *([^\n]*))?/.exec(text) ?? [];
  const module = /^No module named '([^']+)'/.exec(message)?.[1];
  return {
    error: cutLine(error.split('.').at(-1) ?? ''),
    ...(message === '' ? {} : { message: cutLine(message) }),
    ...(module === undefined ? {} : packageValues(module)),
  };
}

/** `importName` only where the package is called otherwise: cv2 is in opencv-python-headless. */
function packageValues(module: string): Values {
  const name = packageOf(module);
  return { package: name, ...(name === module.split('.', 1)[0] ? {} : { importName: module }) };
}
