import type { Clock } from '../../../kubernetes/index.ts';
import { runFileSchema, type RunFile } from '../../../pipeline/index.ts';
import { SlipwayError, type JobSpec, type PipelineStepName, type Run, type RunEvent } from '../../../protocol/index.ts';
import { readWholeLog } from '../../readWholeLog.ts';
import type { ClusterTarget, StagedFile } from '../../runTarget.ts';

/** A trial that has not ended by then is cancelled. */
const longestMs = 240_000;
const lookMs = 300;
/** How long the cluster may take to remove one. */
const clearMs = 60_000;
const longestLog = 64 * 1024;

export interface Trial {
  readonly name: string;
  readonly spec: JobSpec;
  readonly command?: readonly string[];
  /** The notebook's text, with one code cell of id `cell`. */
  readonly notebook?: string;
}

export interface TrialEnd {
  readonly state: Run['state'];
  /** Why it ended badly. */
  readonly reason: string;
  /** What the step that did the work printed. */
  readonly output: string;
  /** Why the run is still there, where it could not be removed. */
  readonly stays?: string;
}

/**
 * Runs something small the way all runs go, waits for its end, and removes it, also where it is called off.
 * @throws SlipwayError as `submit` does
 */
export async function tryRun(
  target: ClusterTarget,
  trial: Trial,
  clock: Clock,
  signal: AbortSignal,
): Promise<TrialEnd> {
  const runFile = runFileOf(trial);
  const { run } = runFile;
  const submission = { runFile, run: firstState(target, runFile, clock.now()), files: filesOf(trial) };
  await target.submit(submission, signal);
  let end: TrialEnd;
  try {
    end = await endOf(target, trial, clock, signal);
  } catch (error) {
    const left = await clear(target, run, clock);
    throw left === undefined || !SlipwayError.is(error) ? error : withRun(error, run, left);
  }
  const stays = await clear(target, run, clock);
  return stays === undefined ? end : { ...end, stays };
}

function withRun(error: SlipwayError, run: string, stays: string): SlipwayError {
  const message = `${error.message} Its run ${run} stays: ${stays}`;
  const action = error.action ?? `Delete it: slipway delete ${run}.`;
  return new SlipwayError(error.code, message, { action, cause: error });
}

async function endOf(target: ClusterTarget, trial: Trial, clock: Clock, signal: AbortSignal): Promise<TrialEnd> {
  const last = await finalEvent(target, trial.name, clock, signal);
  const step = trial.notebook === undefined ? 'command' : 'notebook';
  const log = await readWholeLog(target, trial.name, step, longestLog, signal);
  return { state: last.state, reason: last.reason ?? last.state, output: log.toString('utf8') };
}

async function finalEvent(
  target: ClusterTarget,
  run: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Extract<RunEvent, { type: 'finished' }>> {
  const end = clock.now() + longestMs;
  let waiting = '';
  while (clock.now() < end) {
    const events = await target.events(run, signal);
    const last = events.at(-1);
    if (last?.type === 'finished') return last;
    waiting = events.findLast((event) => event.type === 'waiting')?.reason ?? waiting;
    await clock.sleep(lookMs, signal);
  }
  const why = waiting === '' ? '' : `: ${waiting}`;
  throw new SlipwayError('cluster.busy', `The trial run did not end within ${longestMs / 60_000} minutes${why}.`, {
    action: 'See what it waits for, and try again when there is room.',
  });
}

/** Also after an abort nothing of the trial may stay. @returns why it does */
async function clear(target: ClusterTarget, run: string, clock: Clock): Promise<string | undefined> {
  const signal = AbortSignal.timeout(clearMs);
  try {
    await target.cancel(run, signal);
    for (;;) {
      try {
        await target.delete(run, signal);
        return undefined;
      } catch (error) {
        if (!SlipwayError.is(error, 'run.conflict')) throw error;
        await clock.sleep(lookMs, signal);
      }
    }
  } catch (error) {
    if (signal.aborted) return `it was not gone after ${clearMs / 1000} s`;
    if (!SlipwayError.is(error) || error.code === 'internal') throw error;
    return error.message;
  }
}

function runFileOf({ name, spec, command, notebook }: Trial): RunFile {
  const work: PipelineStepName[] = notebook === undefined ? ['command'] : ['notebook', 'report'];
  return runFileSchema.parse({
    version: 1,
    run: name,
    spec,
    steps: ['prepare', ...work, 'collect'],
    ...(command !== undefined && { command: { argv: command } }),
    ...(notebook !== undefined && {
      notebook: {
        path: 'doctor.ipynb',
        name: 'doctor',
        kernel: 'python3',
        language: 'python',
        cells: [{ id: 'cell', label: 'print(6 * 7)' }],
      },
    }),
    parameters: {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '', requirements: '', tests: '' },
  });
}

function filesOf({ notebook }: Trial): StagedFile[] {
  if (notebook === undefined) return [];
  const content = Buffer.from(notebook, 'utf8');
  return [
    {
      path: 'doctor.ipynb',
      bytes: content.length,
      async *open() {
        yield await Promise.resolve(content);
      },
    },
  ];
}

function firstState(target: ClusterTarget, runFile: RunFile, createdAt: number): Run {
  return {
    name: runFile.run,
    context: target.context,
    title: 'slipway doctor',
    state: 'submitting',
    createdAt,
    cancelRequested: false,
    steps: runFile.steps.map((name) => ({ name, state: 'pending' })),
  };
}
