import type { Clock } from '../../../kubernetes/index.ts';
import { runFileSchema, type RunFile } from '../../../pipeline/index.ts';
import { SlipwayError, type JobSpec, type PipelineStepName, type Run, type RunEvent } from '../../../protocol/index.ts';
import { readWholeLog } from '../../readWholeLog.ts';
import type { ClusterTarget, StagedFile } from '../../runTarget.ts';

/** A trial that has not ended by then is cancelled. */
const longestMs = 240_000;
const lookMs = 300;
const longestLog = 64 * 1024;

export interface Trial {
  readonly name: string;
  readonly title: string;
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
}

/** Runs something small the way all runs go, waits for its end, and removes it. @throws SlipwayError as `submit` does */
export async function tryRun(
  target: ClusterTarget,
  trial: Trial,
  clock: Clock,
  signal: AbortSignal,
): Promise<TrialEnd> {
  const runFile = runFileOf(trial);
  const { run } = runFile;
  await target.submit({ runFile, run: firstState(target, trial, runFile, clock.now()), files: filesOf(trial) }, signal);
  try {
    const last = await finalEvent(target, run, clock, signal);
    const step = trial.notebook === undefined ? 'command' : 'notebook';
    const log = await readWholeLog(target, run, step, longestLog, signal);
    return { state: last.state, reason: last.reason ?? last.state, output: log.toString('utf8') };
  } finally {
    await clear(target, run, clock);
  }
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

/** Also after an abort nothing of the trial may stay. */
async function clear(target: ClusterTarget, run: string, clock: Clock): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await target.cancel(run, signal);
  for (;;) {
    try {
      await target.delete(run, signal);
      return;
    } catch (error) {
      if (!SlipwayError.is(error, 'run.conflict')) throw error;
      await clock.sleep(lookMs, signal);
    }
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

function firstState(target: ClusterTarget, { title }: Trial, runFile: RunFile, createdAt: number): Run {
  return {
    name: runFile.run,
    context: target.context,
    title,
    state: 'submitting',
    createdAt,
    cancelRequested: false,
    steps: runFile.steps.map((name) => ({ name, state: 'pending' })),
  };
}
