import { formatBytes, type TransferOutcome, type TransferProgress } from '../../protocol/index.ts';
import { count, formatDuration } from '../../views/index.ts';
import type { Disposable } from '../io.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { createActivity } from './presenter.ts';

/** Shows on the error output how a transfer stands. */
export interface TransferView extends Disposable {
  show(progress: TransferProgress): void;
}

/** Where nothing is painted over, so often a line says how it stands, ms. What is copied sooner says it in the end. */
const everyMs = 30_000;

/** In place on a terminal; elsewhere a line when it waits, when it goes on, and now and then. For programs nothing. */
export function createTransferView(session: Session, name: string, format: OutputFormat): TransferView {
  const { io, err } = session;
  if (session.canPaint(err)) {
    const activity = createActivity({ io, output: err }, true);
    activity.say(`connecting to ${name}`);
    return { show: (progress) => activity.say(progressText(progress)), dispose: () => activity.dispose() };
  }
  if (format === 'json') return { show: () => undefined, dispose: () => undefined };
  let last: TransferProgress | undefined;
  const say = (text: string): void => {
    err.writeLines([[toned('dim', `${session.formatClock(io.now())} `), plain(oneLine(text))]]);
  };
  const timer = io.every(everyMs, () => say(last === undefined ? `connecting to ${name}` : progressText(last)));
  return {
    show: (progress) => {
      const isNews = progress.waiting !== last?.waiting;
      last = progress;
      if (isNews) say(progressText(progress));
    },
    dispose: () => timer.dispose(),
  };
}

/** `3 of 120 files, 41 MB of 1.1 GB, 82 MB/s, 13s left: data/big.bin` */
function progressText(progress: TransferProgress): string {
  const { files, totalFiles, bytes, totalBytes, bytesPerSecond, leftMs, path, waiting } = progress;
  const amount = `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`;
  if (waiting !== undefined) return totalBytes === 0 ? waiting : `${waiting} (${amount})`;
  const facts = [`${files} of ${count(totalFiles, 'file')}`, amount];
  if (bytesPerSecond !== undefined) facts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (leftMs !== undefined) facts.push(`${formatDuration(leftMs)} left`);
  return facts.join(', ') + (path === undefined ? '' : `: ${path}`);
}

/** What would be done, a line each, and behind `most` of them how many more there are. */
export function plannedLines(outcome: TransferOutcome, most: number, action?: 'delete'): Line[] {
  const { planned = [], files, deletedFiles } = outcome;
  const some = planned.filter((one) => action === undefined || one.action === action).slice(0, most);
  const more = (action === undefined ? files + deletedFiles : deletedFiles) - some.length;
  const lines = some.map((one): Line => [plain(`${one.action}  ${oneLine(one.path)}`)]);
  return more > 0 ? [...lines, [plain(`…  ${more} more`)]] : lines;
}

/** What was done, or would be. */
export function outcomeLines(
  { files, bytes, unchangedFiles, deletedFiles, durationMs }: TransferOutcome,
  destination: string,
  dryRun: boolean,
): Line[] {
  const what = files === 0 ? 'nothing' : `${count(files, 'file')}, ${formatBytes(bytes)}`;
  const took = dryRun ? '' : ` in ${formatDuration(durationMs)}`;
  const lines = [`${dryRun ? 'would copy' : 'copied'}  ${what}, to ${oneLine(destination)}${took}`];
  if (unchangedFiles > 0) lines.push(`unchanged  ${count(unchangedFiles, 'file')}`);
  if (deletedFiles > 0) lines.push(`${dryRun ? 'would delete' : 'deleted'}  ${count(deletedFiles, 'file')}`);
  return lines.map((text) => [plain(text)]);
}

export function skippedLines({ skipped }: TransferOutcome): Line[] {
  return skipped.map(({ path, reason }) => [toned('warn', `skipped  ${oneLine(path)}: ${oneLine(reason)}`)]);
}
