import { setTimeout as sleep } from 'node:timers/promises';
import { formatBytes, SlipwayError, type DevEnvJob } from '../../protocol/index.ts';
import { formatAgo, formatDuration } from '../../views/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad } from '../terminal/text.ts';
import { jobTones } from '../view/devEnvJobView.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';
import { createJobOutput } from './jobOutput.ts';

interface Reference {
  readonly context: string;
  readonly name: string;
}

export interface JobWish {
  readonly command: readonly string[];
  readonly title: string | undefined;
  readonly cwd: string | undefined;
}

const followWaitMs = 20_000;
const reconnectMs = 2_000;
const pieceBytes = 1_048_576;

/** `slipway devenv run`. */
export async function runJob(
  session: Session,
  meant: DevEnvMeant,
  { command, title, cwd }: JobWish,
  { follow, format }: { readonly follow: boolean; readonly format: OutputFormat },
): Promise<number> {
  if (command.length === 0) {
    throw new SlipwayError('usage', 'There is no command after "--".', {
      action: 'Give one, as in: slipway devenv run -- python train.py.',
    });
  }
  const reference = await findDevEnv(session, meant);
  const core = await session.core();
  const wish = { command: [...command], ...(title !== undefined && { title }), ...(cwd !== undefined && { cwd }) };
  const job = await core.handlers['devenvs/runJob']({ ...reference, ...wish }, session.signal);
  if (follow) return followJob(session, core, reference, job.id, format);
  if (format === 'json') printJson(session, job);
  else session.out.writeLines(startedLines(job, reference));
  await session.out.drained();
  // It may have ended at once, as where there is no such program.
  return exitCodeOfJob(job);
}

/** `slipway devenv jobs`. */
export async function listJobs(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  const reference = await findDevEnv(session, meant);
  const core = await session.core();
  const { jobs } = await core.handlers['devenvs/jobs'](reference, session.signal);
  if (format === 'json') printJson(session, { jobs });
  else if (jobs.length > 0) session.out.writeLines(jobTable(jobs, session.io.now()));
  else
    session.out.writeLines([
      [plain(`no jobs in ${oneLine(reference.name)}; start one: slipway devenv run -- COMMAND`)],
    ]);
  await session.out.drained();
  return exitCodes.passed;
}

/** `slipway devenv logs`. */
export async function jobLogs(session: Session, meant: DevEnvMeant, which: string, follow: boolean): Promise<number> {
  const reference = await findDevEnv(session, meant);
  const core = await session.core();
  const id = await findJob(session, core, reference, which);
  if (follow) return followJob(session, core, reference, id, 'text');
  await showOutput(session, core, { ...reference, id }, 0, session.signal);
  return exitCodes.passed;
}

/** `slipway devenv stop-job`. */
export async function stopJob(
  session: Session,
  meant: DevEnvMeant,
  which: string,
  format: OutputFormat,
): Promise<number> {
  const reference = await findDevEnv(session, meant);
  const core = await session.core();
  const id = await findJob(session, core, reference, which);
  const job = await core.handlers['devenvs/stopJob']({ ...reference, id }, session.signal);
  if (format === 'json') printJson(session, job);
  else session.out.writeLines([endLine(job)]);
  await session.out.drained();
  return job.state === 'running' ? exitCodes.failed : exitCodes.passed;
}

/** Shows a job until it has ended or the person leaves, which never ends the job. */
async function followJob(
  session: Session,
  core: CliCore,
  reference: Reference,
  id: string,
  format: OutputFormat,
): Promise<number> {
  const leaving = new AbortController();
  let interrupts = 0;
  const interruption = session.onInterrupt(() => {
    interrupts += 1;
    if (interrupts > 1) leaving.abort();
    else session.err.writeLines([[toned('dim', 'Ctrl-C again leaves; the job goes on')]]);
  });
  try {
    const signal = AbortSignal.any([session.signal, leaving.signal]);
    const job = await showOutput(session, core, { ...reference, id }, followWaitMs, signal, format === 'json');
    if (format === 'json') printJson(session, job);
    else session.err.writeLines([endLine(job)]);
    await session.out.drained();
    return exitCodeOfJob(job);
  } catch (error) {
    if (!leaving.signal.aborted || session.signal.aborted) throw error;
    session.err.writeLines(goesOnLines(id, reference));
    return exitCodes.cancelled;
  } finally {
    interruption.dispose();
  }
}

/** Prints what there is, and with a time to wait what comes until the job has ended; gives the job as it then is. */
async function showOutput(
  session: Session,
  core: CliCore,
  reference: Reference & { readonly id: string },
  waitMs: number,
  signal: AbortSignal,
  silent = false,
): Promise<DevEnvJob> {
  const output = createJobOutput(session, waitMs > 0);
  try {
    for (let offset = 0; ;) {
      const request = { ...reference, offset, maxBytes: pieceBytes, ...(waitMs > 0 && { waitMs }) };
      const piece = await whenConnected(session, waitMs > 0, signal, () =>
        core.handlers['devenvs/jobLog'](request, signal),
      );
      const isEnd = piece.offset === offset && (waitMs === 0 || piece.job.state !== 'running');
      if (!silent) output.write(Buffer.from(piece.data, 'base64'));
      await session.out.drained();
      signal.throwIfAborted();
      if (isEnd) {
        output.end();
        return piece.job;
      }
      offset = piece.offset;
    }
  } finally {
    output.dispose();
  }
}

/** Asks again over lost connections, where somebody follows. */
async function whenConnected<T>(
  session: Session,
  isFollowed: boolean,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isFollowed || !SlipwayError.is(error) || error.code !== 'cluster.unreachable') throw error;
      if (!isTold) session.err.writeLines([[toned('warn', 'connection lost, trying again; the job goes on')]]);
      await sleep(reconnectMs, undefined, { signal });
    }
  }
}

/** @throws SlipwayError `devenv.jobNotFound`, `usage` where it may be one of several */
async function findJob(session: Session, core: CliCore, reference: Reference, which: string): Promise<string> {
  const { jobs } = await core.handlers['devenvs/jobs'](reference, session.signal);
  const found = which === 'last' ? jobs.slice(0, 1) : jobs.filter(({ id }) => id.startsWith(which));
  const [only, ...others] = found;
  if (only === undefined) {
    throw new SlipwayError('devenv.jobNotFound', `There is no job ${oneLine(which)} in ${reference.name}.`, {
      action: `List its jobs: slipway devenv jobs ${reference.name}.`,
    });
  }
  if (others.length === 0) return only.id;
  throw new SlipwayError('usage', `${found.length} jobs of ${reference.name} begin with ${oneLine(which)}.`, {
    action: `Say which: ${found.map(({ id }) => id).join(', ')}.`,
  });
}

/** One that runs counts as passed: it was only started. */
function exitCodeOfJob({ state }: DevEnvJob): number {
  if (state === 'stopped') return exitCodes.cancelled;
  return state === 'failed' || state === 'lost' ? exitCodes.failed : exitCodes.passed;
}

function startedLines(job: DevEnvJob, reference: Reference): Line[] {
  if (job.state !== 'running') return [endLine(job)];
  const where = oneLine(reference.name);
  return [
    [toned('strong', job.id), plain(`  ${oneLine(job.title)}  `), toned('dim', `runs in ${where}`)],
    ...goesOnLines(job.id, reference).slice(1),
  ];
}

function goesOnLines(id: string, { name }: Reference): Line[] {
  const devEnv = oneLine(name);
  return [
    [plain(`${id} goes on in ${devEnv}`)],
    [plain(`  see what it says: slipway devenv logs -f ${id} ${devEnv}`)],
    [plain(`  end it:           slipway devenv stop-job ${id} ${devEnv}`)],
  ];
}

function endLine(job: DevEnvJob): Line {
  const { id, state, exitCode, startedAt, endedAt } = job;
  const took = endedAt === undefined ? '' : ` after ${formatDuration(Math.max(0, endedAt - startedAt))}`;
  const why = state === 'failed' && exitCode !== undefined ? ` with exit code ${exitCode}` : '';
  const lost = state === 'lost' ? ': its pod ended before it' : '';
  return [toned('strong', id), plain('  '), toned(jobTones[state], state), plain(`${why}${took}${lost}`)];
}

function jobTable(jobs: readonly DevEnvJob[], now: number): Line[] {
  const rows = jobs.map((job) => [
    toned('strong', job.id),
    toned(
      jobTones[job.state],
      job.state === 'failed' && job.exitCode !== undefined ? `failed (${job.exitCode})` : job.state,
    ),
    plain(formatDuration(Math.max(0, (job.endedAt ?? now) - job.startedAt))),
    plain(formatAgo(job.startedAt, now)),
    plain(formatBytes(job.logBytes)),
    plain(oneLine(job.title)),
  ]);
  const heading = ['job', 'state', 'took', 'started', 'output', 'what'].map((text) => toned('dim', text));
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column]?.text ?? ''))));
  return all.map((row) =>
    row.flatMap((span, column) =>
      column === row.length - 1 ? [span] : [{ ...span, text: pad(span.text, widths[column] ?? 0) }, plain('  ')],
    ),
  );
}
