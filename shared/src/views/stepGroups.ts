import type { Run, Step } from '../protocol/index.ts';
import { formatDuration } from './format.ts';
import { stepView, type StepView } from './runView.ts';
import { shownText } from './shownText.ts';
import type { Words } from './words/index.ts';

/** A step as it stands in the graph. */
export interface ShownStep extends StepView {
  readonly step: Step;
  /** Its name without its task's: the group says that one. */
  readonly name: string;
  /** What it does or did, or its state in words. */
  readonly detail: string;
  /** Everything about it in one sentence, for screen readers and the tooltip. */
  readonly spoken: string;
  /** The part of its cells that have finished, 0 to 1, while it runs them. */
  readonly progress: number | undefined;
}

export interface StepGroup {
  readonly label: string;
  /** The step or steps before the run itself, on a machine of their own. */
  readonly stage: boolean;
  readonly steps: readonly ShownStep[];
}

const stageSteps: ReadonlySet<string> = new Set(['dataset', 'clone']);

/** The steps in the groups that they run in: the stage and the run's pod, or the tasks of a PipelineRun. */
export function stepGroups(run: Run, words: Words, now: number): StepGroup[] {
  const shown = run.steps.map((step) => shownStep(run, step, words, now));
  if (run.tasks !== undefined && run.tasks.length > 1) return byTask(run, shown, words, now);
  const stage = shown.filter(({ step }) => stageSteps.has(step.name));
  const own = shown.filter(({ step }) => !stageSteps.has(step.name));
  const where = run.context === 'local' ? words.panels.steps.here : words.panels.steps.pod;
  return [
    { label: words.panels.steps.stage, stage: true, steps: stage },
    { label: withDuration(where, own, words, now), stage: false, steps: own },
  ].filter(({ steps }) => steps.length > 0);
}

function byTask(run: Run, shown: readonly ShownStep[], words: Words, now: number): StepGroup[] {
  const groups = (run.tasks ?? []).map((task) => {
    const steps = shown.filter(({ step }) => task.steps.includes(step.name));
    return { label: withDuration(shownText(task.name), steps, words, now), stage: false, steps };
  });
  const grouped = new Set(groups.flatMap(({ steps }) => steps));
  const others = shown.filter((step) => !grouped.has(step));
  if (others.length > 0) groups.push({ label: words.panels.steps.label, stage: false, steps: others });
  return groups.filter(({ steps }) => steps.length > 0);
}

function withDuration(where: string, steps: readonly ShownStep[], words: Words, now: number): string {
  const starts = steps.flatMap(({ step }) => step.startedAt ?? []);
  if (starts.length === 0) return where;
  const ends = steps.map(({ step }) => (step.state === 'running' ? now : (step.finishedAt ?? 0)));
  return words.panels.steps.heldFor(where, formatDuration(Math.max(...ends) - Math.min(...starts)));
}

function shownStep(run: Run, step: Step, words: Words, now: number): ShownStep {
  const view = stepView(step, words, now);
  const detail = shownText(detailOf(run, step, words));
  const name = shownText(step.name.slice(step.name.lastIndexOf('/') + 1));
  const reason = step.reason === undefined ? '' : shownText(step.reason);
  const parts = [
    shownText(step.name),
    view.word,
    view.elapsed,
    detail === view.word ? '' : detail,
    detail === reason ? '' : reason,
  ];
  const spoken = words.panels.steps.spoken(parts.filter((part) => part !== ''));
  return { ...view, step, name, detail, spoken, progress: progressOf(run, step) };
}

function detailOf(run: Run, step: Step, words: Words): string {
  const { steps } = words.panels;
  const { cells } = run;
  if (step.name === 'notebook' && cells !== undefined && cells.total > 0) {
    if (step.state === 'running') {
      const at = cells.current?.number ?? cells.finished;
      const label = cells.current?.label ?? '';
      return steps.runningCells(at, cells.total) + (label === '' ? '' : ` · ${label}`);
    }
    if (step.state === 'succeeded') return steps.cellsDone(cells.total);
    const failed = run.failedCell?.number ?? 0;
    if (step.state === 'failed' && failed > 0) return steps.failedAtCell(failed, cells.total);
    if (step.state === 'pending') return steps.cells(cells.total);
  }
  if (step.state === 'skipped' || step.state === 'pending') return words.stepStates[step.state];
  const said = step.note ?? (step.state === 'failed' ? step.reason : undefined);
  return said ?? words.stepStates[step.state];
}

function progressOf({ cells }: Run, step: Step): number | undefined {
  if (step.name !== 'notebook' || step.state !== 'running' || cells === undefined || cells.total === 0)
    return undefined;
  return Math.min(1, cells.finished / cells.total);
}
