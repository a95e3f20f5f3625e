import type { Run, RunState } from '../../protocol/index.ts';
import { formatAgo, formatDuration } from '../../views/index.ts';
import { plain, toned, type Line, type Span, type Tone } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad } from '../terminal/text.ts';
import { stateWords } from './verdictWords.ts';

const stateTones: Partial<Record<RunState, Tone>> = {
  running: 'accent',
  succeeded: 'good',
  failed: 'bad',
  timedOut: 'bad',
  lost: 'bad',
  cancelled: 'warn',
};

const gap = '  ';

/** The runs as a table, one line each, under a heading. */
export function runTable(runs: readonly Run[], now: number): Line[] {
  // Who started them is worth a column where others do, too.
  const several = runs.some(({ user, trigger }) => user !== undefined || trigger !== undefined);
  const rows = runs.map((run) => rowOf(run, now, several));
  const titles = ['run', 'state', 'started', 'took', ...(several ? ['by'] : []), 'what'];
  const heading: Span[] = titles.map((text) => toned('dim', text));
  const widths = [...heading.keys()].map((column) =>
    Math.max(...[heading, ...rows].map((row) => displayWidth(row[column]?.text ?? ''))),
  );
  return [heading, ...rows].map((row) =>
    row.flatMap((span, column): Span[] => {
      const isLast = column === row.length - 1;
      return isLast ? [span] : [{ ...span, text: pad(span.text, widths[column] ?? 0) }, plain(gap)];
    }),
  );
}

function rowOf(run: Run, now: number, several: boolean): Span[] {
  const tone = stateTones[run.state];
  const state = describeBriefly(run);
  return [
    toned('strong', oneLine(run.name)),
    tone === undefined ? plain(state) : toned(tone, state),
    plain(formatAgo(run.createdAt, now)),
    plain(run.startedAt === undefined ? '' : formatDuration((run.finishedAt ?? now) - run.startedAt)),
    ...(several ? [plain(startedBy(run))] : []),
    plain(oneLine(run.title)),
  ];
}

/** `ada`, `tkn`, `ada (jenkins)`. */
function startedBy({ user, trigger }: Run): string {
  const source = trigger === undefined || trigger.source === 'cli' ? '' : oneLine(trigger.source);
  const name = user === undefined ? '' : oneLine(user);
  return name === '' || source === '' ? name + source : `${name} (${source})`;
}

/** `running notebook 7/12`, `queued, 2 before it`, `passed`. */
export function describeBriefly(run: Run): string {
  if (run.state === 'queued' && run.queuePosition !== undefined && run.queuePosition > 0) {
    return `queued, ${run.queuePosition} before it`;
  }
  if (run.state !== 'running') return stateWords[run.state];
  const step = run.steps.find(({ state }) => state === 'running');
  const word = run.cancelRequested ? 'cancelling' : 'running';
  if (step === undefined) return word;
  if (step.name !== 'notebook' || run.cells === undefined) return `${word} ${step.name}`;
  return `${word} ${step.name} ${run.cells.current?.number ?? run.cells.finished}/${run.cells.total}`;
}
