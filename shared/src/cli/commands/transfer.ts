import { randomUUID } from 'node:crypto';
import { devEnvWorkspace, SlipwayError, type DevEnv, type TransferOutcome } from '../../protocol/index.ts';
import { count } from '../../views/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { createTransferView, outcomeLines, plannedLines, skippedLines } from '../view/transferView.ts';
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

/** Of what would be deleted, before somebody is asked about it. */
const mostNamed = 20;

interface Task extends Places {
  readonly context: string;
  readonly sync: boolean;
  readonly delete: boolean;
  readonly dryRun: boolean;
}

/** `slipway cp` */
export async function copyFiles(session: Session, options: CopyOptions): Promise<number> {
  const task = await taskOf(session, options, { sync: false, delete: false, dryRun: false });
  return tell(session, task, options.format, await carryOut(session, task, options.format));
}

/** `slipway sync`: before anything is deleted, a person is asked. */
export async function syncFolders(session: Session, options: SyncOptions): Promise<number> {
  const { delete: deletes, dryRun, yes, format } = options;
  const task = await taskOf(session, options, { sync: true, delete: deletes, dryRun });
  if (deletes && !dryRun && !yes) {
    const planned = await carryOut(session, { ...task, dryRun: true }, format);
    const { deletedFiles } = planned;
    if (deletedFiles > 0) {
      const place = oneLine(destinationOf(task));
      if (!canAsk(session)) {
        throw new SlipwayError('usage', `${count(deletedFiles, 'file')} would be deleted in ${place}.`, {
          action: 'Say --yes to do so, or see what it would be with --dry-run.',
        });
      }
      if (format === 'text') session.out.writeLines(plannedLines(planned, mostNamed, 'delete'));
      const question = `Delete ${count(deletedFiles, 'file')} in ${place} that the source does not have?`;
      if (!(await confirm(session, question, false))) return exitCodes.cancelled;
    }
  }
  return tell(session, task, format, await carryOut(session, task, format));
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

async function carryOut(session: Session, task: Task, format: OutputFormat): Promise<TransferOutcome> {
  const core = await session.core();
  const { context, name, local, remote, toFolder, sync, delete: deletes, dryRun } = task;
  const view = createTransferView(session, name, format);
  const id = randomUUID();
  const subscription = core.onNotification((notification, params) => {
    if (notification === 'transfer/progress' && 'progress' in params && params.id === id) view.show(params.progress);
  });
  const leaving = new AbortController();
  // Another Ctrl-C waits for nothing.
  const interruption = session.onInterrupt(() => {
    interruption.dispose();
    leaving.abort();
  });
  try {
    const how = { sync, delete: deletes, dryRun, mayName: !sync && !toFolder };
    const params = { context, name, id, local: [...local], remote: [...remote], ...how };
    const signal = AbortSignal.any([session.signal, leaving.signal]);
    return await core.handlers[`transfer/${task.direction}`](params, signal);
  } catch (error) {
    throw leaving.signal.aborted ? interrupted(task, error) : error;
  } finally {
    interruption.dispose();
    subscription.dispose();
    view.dispose();
  }
}

function interrupted({ dryRun }: Task, cause: unknown): SlipwayError {
  const action = 'The same command goes on from there: what is copied stays.';
  return new SlipwayError('cancelled', 'Stopped by Ctrl-C.', { cause, ...(dryRun ? {} : { action }) });
}

function tell(session: Session, task: Task, format: OutputFormat, outcome: TransferOutcome): number {
  const exitCode = outcome.skipped.length > 0 ? exitCodes.failed : exitCodes.passed;
  if (format === 'json') {
    printJson(session, { destination: destinationOf(task), ...outcome });
    return exitCode;
  }
  if (task.dryRun) session.out.writeLines(plannedLines(outcome, Number.POSITIVE_INFINITY));
  session.out.writeLines(outcomeLines(outcome, destinationOf(task), task.dryRun));
  session.err.writeLines(skippedLines(outcome));
  return exitCode;
}

function destinationOf({ direction, name, local, remote }: Task): string {
  const [there = '.'] = remote;
  return direction === 'upload' ? `${name}:${there === '.' ? devEnvWorkspace : there}` : (local[0] ?? '.');
}
