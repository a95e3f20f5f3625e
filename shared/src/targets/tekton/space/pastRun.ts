import type { PastRun } from '../follow/index.ts';
import type { Run, RunEvent, Step } from '../../../protocol/index.ts';

/**
 * A run as its folder on the volume tells it, in events: what is left when its PipelineRun and pod are gone. Its folder has
 * no times but one, so all of it happened then. Pure.
 */
export function pastRunEvents(context: string, { run, runFile, results, modifiedAt }: PastRun): readonly RunEvent[] {
  const time = modifiedAt;
  const { source, reuse } = runFile;
  const first: Run = {
    name: run,
    context,
    title: runFile.notebook?.path ?? (runFile.command?.argv ?? []).join(' ').slice(0, 200),
    state: 'submitting',
    createdAt: time,
    cancelRequested: false,
    steps: runFile.steps.map((name): Step => ({
      name,
      state: reuse?.steps.includes(name) === true ? 'reused' : 'pending',
    })),
    ...(reuse !== undefined && { reuses: reuse }),
    ...(source !== undefined && { source: { path: source.path, unsaved: source.unsaved } }),
  };
  const ended = [...results].map(([step, { state, exitCode, reason, note }]): RunEvent => ({
    time,
    type: 'stepFinished',
    step,
    state,
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
    ...(note !== undefined && { note }),
  }));
  const verdict = results.get('collect');
  return [
    { time, type: 'submitted', run: first },
    ...ended,
    {
      time,
      type: 'finished',
      state: verdict?.verdict ?? 'lost',
      ...(verdict?.reason !== undefined && { reason: verdict.reason }),
      ...(verdict === undefined && { reason: 'it left no verdict' }),
      ...(verdict?.failedCell !== undefined && { failedCell: verdict.failedCell }),
    },
  ];
}
