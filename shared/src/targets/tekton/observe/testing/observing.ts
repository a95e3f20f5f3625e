import type { Run, Step } from '../../../../protocol/index.ts';
import { foldEvents } from '../../../../runs/index.ts';
import type { ObservedRun, RunFacts } from '../facts.ts';
import { observeRun } from '../observeRun.ts';
import { at, condition, ourRun, pod, startMs, taskRun } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;

export const steps = ['prepare', 'notebook', 'report', 'test', 'collect'];
const children = { childReferences: [{ kind: 'TaskRun', name: 't', pipelineTaskName: 'run' }] };
export const going = { ...children, conditions: [condition('Unknown', 'Running')] };
export const ended = (status: 'True' | 'False', reason: string, message = ''): Json => ({
  ...children,
  conditions: [condition(status, reason, message)],
  completionTime: at(50),
});

export const nothing: RunFacts = {
  context: 'team-a',
  now: startMs + 60_000,
  pipelineRun: undefined,
  taskRuns: [],
  customRuns: [],
  pods: [],
  events: [],
  progress: [],
};

/** The TaskRun with its steps as given: `[exit code, from, to]`, a number for one that runs since then, or undefined. */
export function task(
  ends: readonly (readonly [number, number, number] | number | undefined)[],
  status: Json = going,
): RunFacts['taskRuns'] {
  const seen = ends.flatMap((end, index): Json[] => {
    if (end === undefined) return [];
    const name = steps[index];
    if (typeof end === 'number') return [{ name, running: { startedAt: at(end) } }];
    const [exitCode, from, to] = end;
    return [{ name, terminated: { exitCode, startedAt: at(from), finishedAt: at(to) } }];
  });
  return [taskRun('t', 'run', { podName: 'p', steps: seen, ...status })];
}

/** A run that has ended, and what its TaskRun says besides. */
export function doneFacts(
  parts: Json,
  status: 'True' | 'False' = 'False',
  ends: Parameters<typeof task>[0] = [],
): Partial<RunFacts> {
  return {
    pipelineRun: ourRun(steps, ended(status, 'Failed')),
    taskRuns: task(ends, { ...ended(status, 'Failed'), ...parts }),
  };
}

export const runningPod = pod('p', { status: { phase: 'Running' } });
export const line = (type: string, parts: Json = {}, time = startMs + 5_000): string =>
  JSON.stringify({ type, time, ...parts });

export function observe(...facts: readonly Partial<RunFacts>[]): ObservedRun {
  let observed: ObservedRun | undefined;
  for (const each of facts) observed = observeRun(observed, { ...nothing, pipelineRun: ourRun(steps, going), ...each });
  if (observed === undefined) throw new Error('no facts');
  return observed;
}

export function runOf(observed: ObservedRun): Run {
  const run = foldEvents(observed.events);
  if (run === undefined) throw new Error('it was never submitted');
  return run;
}

export const stateOf = (run: Run, name: string): Step | undefined => run.steps.find((step) => step.name === name);
