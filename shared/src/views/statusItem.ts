import { terminalStates, type Run } from '../protocol/index.ts';
import { createClockFormat } from './format.ts';
import { newestFirst } from './runList.ts';
import { shortName } from './shownText.ts';
import { runView, type RunView, type StaleSince, type ViewState } from './runView.ts';
import type { Words } from './words/index.ts';

/** What the status bar says of the runs that matter now. */
export interface StatusItem {
  /** Undefined where nothing is going on. */
  readonly state: ViewState | undefined;
  /** True where nothing newer is known of any run that it stands for. */
  readonly stale: boolean;
  /** `notebook · cell 12/31 · 3m 12s`; with several active runs how many; empty where nothing is going on. */
  readonly text: string;
  /** One line for each run that it stands for. */
  readonly tooltip: string;
  /** What a click opens: the one run it stands for. */
  readonly run: { readonly context: string; readonly run: string } | undefined;
}

/** How long the end of a run stays in the status bar, in milliseconds. */
const endShownMs = 300_000;
/** How much of a title is told, in characters: the state behind it is to be seen, too. */
const longestTitle = 40;
const clock = createClockFormat(undefined);

/** @param runs of this user @param now epoch ms @param staleSince of contexts; none is out of reach where it is left out */
export function statusItem(
  runs: Iterable<Run>,
  words: Words,
  now: number,
  staleSince: StaleSince = () => undefined,
): StatusItem {
  const sorted = newestFirst(runs);
  const active = sorted.filter((run) => !terminalStates.has(run.state));
  const shown =
    active.length > 0 ? active : sorted.filter((run) => now - (run.finishedAt ?? 0) < endShownMs).slice(0, 1);
  const views = shown.map((run) => ({ run, view: runView(run, words, now, staleSince(run.context)) }));
  // What is known to go on says more than what may.
  const first = views.find(({ view }) => !view.stale) ?? views[0];
  if (first === undefined) return { state: undefined, stale: false, text: '', tooltip: '', run: undefined };
  const { view } = first;
  return {
    state: view.state,
    stale: view.stale,
    text: views.length > 1 ? countOf(views.length, first.run, view, words, staleSince) : textOf(first.run, view),
    tooltip: views.map((one) => lineOf(one.run, one.view)).join('\n'),
    run: { context: first.run.context, run: first.run.name },
  };
}

function countOf(count: number, first: Run, { stale }: RunView, words: Words, staleSince: StaleSince): string {
  const text = words.activeRuns(count);
  const since = stale ? staleSince(first.context) : undefined;
  return since === undefined ? text : words.panels.stateAt(text, clock(since));
}

function textOf({ title }: Run, { active, stale, word, detail, elapsed }: RunView): string {
  const now = detail === '' ? [word, elapsed] : [detail, elapsed];
  const parts = stale ? [word, detail] : active ? now : [shortName(title, longestTitle), word];
  return parts.filter((part) => part !== '').join(' · ');
}

function lineOf({ title }: Run, { word, detail, elapsed }: RunView): string {
  return [`${title}: ${word}`, detail, elapsed].filter((part) => part !== '').join(' · ');
}
