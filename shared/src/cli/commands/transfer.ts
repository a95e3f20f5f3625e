import { randomUUID } from 'node:crypto';
import {
  formatBytes,
  SlipwayError,
  type DevEnv,
  type TransferOutcome,
  type TransferProgress,
} from '../../protocol/index.ts';
import { count, formatDuration } from '../../views/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { createActivity } from '../view/presenter.ts';
import { currentContext } from './currentContext.ts';
import { transferPlaces, type Places } from './transferPlaces.ts';

export interface CopyOptions {
  /** Sources, and last the destination. */
  readonly paths: readonly string[];
  readonly context: string | undefined;
  readonly format: OutputFormat;
}

export interface SyncOptions extends CopyOptions {
  readonly delete: boolean;
  readonly dryRun: boolean;
  /** Asks nothing before deleting. */
  readonly yes: boolean;
}

interface Task extends Places {
  readonly context: string;
  readonly sync: boolean;
  readonly delete: boolean;
  readonly dryRun: boolean;
}

/** `slipway cp` */
export async function copyFiles(session: Session, options: CopyOptions): Promise<number> {
  const task = await taskOf(session, options, { sync: false, delete: false, dryRun: false });
  return tell(session, task, options.format, await carryOut(session, task));
}

/** `slipway sync`: before anything is deleted, a person is asked. */
export async function syncFolders(session: Session, options: SyncOptions): Promise<number> {
  const { delete: deletes, dryRun, yes, format } = options;
  const task = await taskOf(session, options, { sync: true, delete: deletes, dryRun });
  if (deletes && !dryRun && !yes) {
    const { deletedFiles } = await carryOut(session, { ...task, dryRun: true });
    if (deletedFiles > 0) {
      const place = oneLine(destinationOf(task));
      if (!canAsk(session)) {
        throw new SlipwayError('usage', `${count(deletedFiles, 'file')} would be deleted in ${place}.`, {
          action: 'Say --yes to do so, or see what it would be with --dry-run.',
        });
      }
      const question = `Delete ${count(deletedFiles, 'file')} in ${place} that the source does not have?`;
      if (!(await confirm(session, question, false))) return exitCodes.cancelled;
    }
  }
  return tell(session, task, format, await carryOut(session, task));
}

async function taskOf(
  session: Session,
  { paths, context: named }: CopyOptions,
  how: Pick<Task, 'sync' | 'delete' | 'dryRun'>,
): Promise<Task> {
  const places = transferPlaces(paths, session.io);
  const context = await currentContext(session, named);
  const name = await devEnvNamed(await session.core(), context, places.name, session.signal);
  return { ...places, ...how, context, name };
}

/** The DevEnv that is meant: by its name, by the word of a further one, or the only one. */
async function devEnvNamed(core: CliCore, context: string, asked: string, signal: AbortSignal): Promise<string> {
  if (asked.startsWith('devenv-')) return asked;
  const { devEnvs } = await core.handlers['devenvs/list']({ context }, signal);
  const mine = devEnvs.filter((one: DevEnv) => one.mine);
  const meant = asked === '' ? mine : mine.filter(({ name }) => name.endsWith(`-${asked}`));
  const [one, another] = meant;
  if (one !== undefined && another === undefined) return one.name;
  const names = mine.map(({ name }) => name).join(', ');
  throw new SlipwayError(
    'usage',
    one === undefined
      ? `There is no DevEnv ${asked === '' ? 'of yours' : oneLine(asked)} in ${context}.`
      : `Say which DevEnv: ${names}.`,
    { action: names === '' ? 'Make one: slipway devenv create.' : `Yours: ${names}.` },
  );
}

async function carryOut(session: Session, task: Task): Promise<TransferOutcome> {
  const core = await session.core();
  const activity = createActivity({ io: session.io, output: session.err }, session.canPaint(session.err));
  const id = randomUUID();
  const subscription = core.onNotification((name, params) => {
    if (name === 'transfer/progress' && 'progress' in params && params.id === id)
      activity.say(progressText(params.progress));
  });
  const { context, name, local, remote, toFolder, sync, delete: deletes, dryRun } = task;
  try {
    activity.say(`connecting to ${name}`);
    const how = { sync, delete: deletes, dryRun, mayName: !sync && !toFolder };
    const params = { context, name, id, local: [...local], remote: [...remote], ...how };
    return await core.handlers[`transfer/${task.direction}`](params, session.signal);
  } finally {
    subscription.dispose();
    activity.dispose();
  }
}

/** `3 of 120 files, 41 MB of 1.1 GB, 82 MB/s, 13s left: data/big.bin` */
export function progressText(progress: TransferProgress): string {
  const { files, totalFiles, bytes, totalBytes, bytesPerSecond, leftMs, path, waiting } = progress;
  if (waiting !== undefined) return `${waiting} (${formatBytes(bytes)} of ${formatBytes(totalBytes)})`;
  const facts = [`${files} of ${count(totalFiles, 'file')}`, `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`];
  if (bytesPerSecond !== undefined) facts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (leftMs !== undefined) facts.push(`${formatDuration(leftMs)} left`);
  return facts.join(', ') + (path === undefined ? '' : `: ${path}`);
}

function tell(session: Session, task: Task, format: OutputFormat, outcome: TransferOutcome): number {
  const exitCode = outcome.skipped.length > 0 ? exitCodes.failed : exitCodes.passed;
  if (format === 'json') {
    printJson(session, { destination: destinationOf(task), ...outcome });
    return exitCode;
  }
  session.out.writeLines(outcomeLines(task, outcome));
  session.err.writeLines(
    outcome.skipped.map(({ path, reason }): Line => [toned('warn', `skipped  ${oneLine(path)}: ${oneLine(reason)}`)]),
  );
  return exitCode;
}

function outcomeLines(task: Task, { files, bytes, unchangedFiles, deletedFiles, durationMs }: TransferOutcome): Line[] {
  const done = task.dryRun ? 'would copy' : 'copied';
  const took = task.dryRun ? '' : ` in ${formatDuration(durationMs)}`;
  const lines = [`${done}  ${count(files, 'file')}, ${formatBytes(bytes)}, to ${oneLine(destinationOf(task))}${took}`];
  if (unchangedFiles > 0) lines.push(`unchanged  ${count(unchangedFiles, 'file')}`);
  if (deletedFiles > 0) lines.push(`${task.dryRun ? 'would delete' : 'deleted'}  ${count(deletedFiles, 'file')}`);
  return lines.map((text) => [plain(text)]);
}

function destinationOf({ direction, name, local, remote }: Task): string {
  return direction === 'upload' ? `${name}:${remote[0] ?? '.'}` : (local[0] ?? '.');
}
