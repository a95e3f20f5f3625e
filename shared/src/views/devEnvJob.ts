import type { DevEnvHop, DevEnvJob, TransferOutcome, TransferProgress } from '../protocol/index.ts';
import { formatBytes } from '../protocol/index.ts';
import { formatDuration } from './format.ts';
import type { ViewState } from './runView.ts';
import { shownLine } from './shownText.ts';
import type { AllWords } from './words/allWords.ts';

/** A command of a DevEnv as it is shown. */
export interface DevEnvJobView {
  /** Which icon and colour. */
  readonly state: ViewState;
  /** `Failed`. */
  readonly word: string;
  /** `Failed · exit code 2 · 1m 12s`. */
  readonly row: string;
  readonly active: boolean;
}

const stateOfJob: Readonly<Record<DevEnvJob['state'], ViewState>> = {
  running: 'running',
  succeeded: 'passed',
  failed: 'failed',
  stopped: 'cancelled',
  lost: 'lost',
};

/** @param now epoch ms, for one that goes on */
export function devEnvJobView(job: DevEnvJob, { devEnv }: AllWords, now: number): DevEnvJobView {
  const { jobs } = devEnv;
  const active = job.state === 'running';
  const until = job.endedAt ?? (active ? now : undefined);
  const word = jobs.states[job.state];
  const parts = [
    word,
    job.state === 'failed' && job.exitCode !== undefined ? jobs.exitCode(job.exitCode) : '',
    job.state === 'lost' ? jobs.lost : '',
    until === undefined ? '' : formatDuration(Math.max(0, until - job.startedAt)),
  ];
  return { state: stateOfJob[job.state], word, row: parts.filter((part) => part !== '').join(' · '), active };
}

/** How a transfer stands, in a line: `12 of 340 files · 1.2 GB of 4.0 GB · 80 MB/s · 35s left`. */
export function transferInWords(progress: TransferProgress, { devEnv: { transfer, usedOf } }: AllWords): string {
  const { files, totalFiles, bytes, totalBytes, bytesPerSecond, leftMs, waiting } = progress;
  if (waiting !== undefined) return shownLine(waiting);
  if (totalFiles === 0) return transfer.looking;
  const [total = '', unit = ''] = formatBytes(totalBytes).split(' ');
  const done = formatBytes(bytes);
  const size = done.endsWith(` ${unit}`) ? usedOf(done.split(' ')[0] ?? '', total, unit) : usedOf(done, total, unit);
  return [
    ...(totalFiles > 1 ? [transfer.files(files, totalFiles)] : []),
    size,
    ...(bytesPerSecond === undefined ? [] : [transfer.rate(formatBytes(bytesPerSecond))]),
    ...(leftMs === undefined ? [] : [transfer.left(formatDuration(Math.max(1000, leftMs)))]),
  ].join(' · ');
}

/** How far it is, 0 to 100; undefined while nobody knows. */
export function transferPercent({ files, totalFiles, bytes, totalBytes }: TransferProgress): number | undefined {
  if (totalFiles === 0) return undefined;
  const part = totalBytes > 0 ? bytes / totalBytes : files / totalFiles;
  return Math.min(100, Math.max(0, 100 * part));
}

/** What a transfer has done, in a line: `12 files, 4.0 GB · 3 were there already · 1 was left out`. */
export function transferOutcomeInWords(outcome: TransferOutcome, { devEnv: { transfer } }: AllWords): string {
  return [
    transfer.done(outcome.files, formatBytes(outcome.bytes)),
    ...(outcome.unchangedFiles > 0 ? [transfer.unchanged(outcome.unchangedFiles)] : []),
    ...(outcome.skipped.length > 0 ? [transfer.skipped(outcome.skipped.length)] : []),
    formatDuration(outcome.durationMs),
  ].join(' · ');
}

/** What the hops of a way come to: the first that is broken, else the first that is slow. */
export function hopsInWords(hops: readonly DevEnvHop[], { devEnv: { hops: say } }: AllWords): string {
  const broken = hops.find(({ outcome }) => outcome === 'fail');
  if (broken !== undefined) return say.broken(say.names[broken.name]);
  const slow = hops.find(({ outcome }) => outcome === 'warn');
  return slow === undefined ? say.allGood : say.slow(say.names[slow.name]);
}
