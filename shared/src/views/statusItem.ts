import { terminalStates, type Run } from '../protocol/index.ts';
import { newestFirst } from './runList.ts';
import { runView, type ViewState } from './runView.ts';
import type { Words } from './words/index.ts';

/** What the status bar says of the runs that matter now. */
export interface StatusItem {
  /** Undefined where nothing is going on. */
  readonly state: ViewState | undefined;
  /** `notebook · cell 12/31 · 3m 12s`; with several active runs how many; empty where nothing is going on. */
  readonly text: string;
  /** One line for each run that it stands for. */
  readonly tooltip: string;
  /** What a click opens: the one run it stands for. */
  readonly run: { readonly context: string; readonly run: string } | undefined;
}

/** How long the end of a run stays in the status bar, in milliseconds. */
const endShownMs = 300_000;

/** @param runs of this user @param now epoch ms */
export function statusItem(runs: Iterable<Run>, words: Words, now: number): StatusItem {
  const sorted = newestFirst(runs);
  const active = sorted.filter((run) => !terminalStates.has(run.state));
  const shown =
    active.length > 0 ? active : sorted.filter((run) => now - (run.finishedAt ?? 0) < endShownMs).slice(0, 1);
  const [first] = shown;
  if (first === undefined) return { state: undefined, text: '', tooltip: '', run: undefined };
  const tooltip = shown.map((run) => lineOf(run, words, now)).join('\n');
  const run = { context: first.context, run: first.name };
  if (shown.length > 1)
    return { state: runView(first, words, now).state, text: words.activeRuns(shown.length), tooltip, run };
  const view = runView(first, words, now);
  const parts = view.active ? [view.detail === '' ? view.word : view.detail, view.elapsed] : [first.title, view.word];
  return { state: view.state, text: parts.filter((part) => part !== '').join(' · '), tooltip, run };
}

function lineOf(run: Run, words: Words, now: number): string {
  const view = runView(run, words, now);
  return [`${run.title}: ${view.word}`, view.detail, view.elapsed].filter((part) => part !== '').join(' · ');
}
