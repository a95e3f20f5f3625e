import type { Run } from '../protocol/index.ts';
import { stateOf, type ViewState } from './runView.ts';

/** What people look for a run by. */
export const stateFilters = ['active', 'failed', 'passed', 'cancelled'] as const;
export type StateFilter = (typeof stateFilters)[number];

export interface RunFilter {
  /** Words that a run has to have, all of them, in its title, name, context or user. */
  readonly text: string;
  /** Any of these; all where it is empty. */
  readonly states: readonly StateFilter[];
}

export const everyRun: RunFilter = { text: '', states: [] };

const filterOf: Readonly<Record<ViewState, StateFilter | undefined>> = {
  queued: 'active',
  running: 'active',
  notStarted: 'active',
  passed: 'passed',
  failed: 'failed',
  lost: 'failed',
  cancelled: 'cancelled',
  skipped: undefined,
};

/** False where it lets every run through. */
export function isFiltering({ text, states }: RunFilter): boolean {
  return text.trim() !== '' || states.length > 0;
}

export function filteredRuns(runs: readonly Run[], filter: RunFilter): readonly Run[] {
  if (!isFiltering(filter)) return runs;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const states = new Set<StateFilter | undefined>(filter.states);
  return runs.filter((run) => {
    if (states.size > 0 && !states.has(filterOf[stateOf(run)])) return false;
    const said = [run.title, run.name, run.context, run.user ?? ''].join('\n').toLowerCase();
    return words.every((word) => said.includes(word));
  });
}
