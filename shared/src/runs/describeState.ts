import type { Run, RunState } from '../protocol/index.ts';

const words: Readonly<Record<RunState, string>> = {
  submitting: 'submitting',
  queued: 'queued',
  staging: 'staging',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  timedOut: 'timed out',
  lost: 'lost',
};

/** The state of a run in a few words: "running step 2/5, cell 7/12", "queued, 2 runs before it", "failed: …". */
export function describeState(run: Run): string {
  const word = words[run.state];
  switch (run.state) {
    case 'running':
      return `${run.cancelRequested ? 'cancelling' : word} ${describeStep(run)}`;
    case 'queued':
      return run.cancelRequested ? 'cancelling' : `${word}${describeQueue(run.queuePosition)}`;
    case 'submitting':
    case 'staging':
      return run.cancelRequested ? 'cancelling' : word;
    case 'succeeded':
      return word;
    default:
      return run.reason === undefined ? word : `${word}: ${run.reason}`;
  }
}

function describeQueue(position: number | undefined): string {
  if (position === undefined) return '';
  if (position === 0) return ', next to start';
  return position === 1 ? ', 1 run before it' : `, ${position} runs before it`;
}

function describeStep(run: Run): string {
  const total = run.steps.length;
  const running = run.steps.findIndex((step) => step.state === 'running');
  const pending = run.steps.findIndex((step) => step.state === 'pending');
  const number = running >= 0 ? running + 1 : pending >= 0 ? pending + 1 : total;
  const step = `step ${number}/${total}`;
  if (run.cells === undefined || run.steps[running]?.name !== 'notebook') return step;
  return `${step}, cell ${run.cells.current?.number ?? run.cells.finished}/${run.cells.total}`;
}
