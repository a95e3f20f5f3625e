import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { followToEnd, sayDetached } from '../following/startedRun.ts';
import { formatBytes, type Check } from '../../protocol/index.ts';
import type { OutputFormat, Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain } from '../terminal/line.ts';
import { checkLines } from '../view/checkView.ts';
import { planLines, runNameLine } from '../view/planView.ts';
import { createActivity } from '../view/presenter.ts';
import { planRequest, readRequest, type JobOptions, type JobRequest, type PlannedJob } from './jobRequest.ts';

export interface RunOptions extends JobOptions {
  readonly detach: boolean;
  readonly format: OutputFormat;
  /** Asks nothing. */
  readonly yes: boolean;
  /** Looks first whether a cluster can run it. */
  readonly preflight: boolean;
}

/** More than this that travels is asked about. */
const askedBytes = 50 * 1_000_000;

/** `slipway run`: shows the plan, starts the run and follows it to its verdict. */
export async function run(session: Session, options: RunOptions): Promise<number> {
  const core = await session.core();
  const isText = options.format === 'text';
  const progressOutput = isText ? session.out : session.err;
  const activity = createActivity({ io: session.io, output: progressOutput }, session.canPaint(progressOutput));
  const progress = core.onNotification((name, params) => {
    if (name === 'submit/progress' && 'text' in params) activity.say(params.text);
  });
  try {
    activity.say('finding Python, kernel and files');
    const request = await readRequest(core, session.io, options, session.signal);
    // Looking takes as long as planning, and changes nothing either: they go side by side.
    const looking = options.preflight && request.submission.context !== 'local' && look(core, request, session.signal);
    const job = await planRequest(core, request, session.signal);
    if (isText) {
      activity.pause();
      showPlan(session, job);
      if (!options.yes && !(await agree(session, job))) return exitCodes.cancelled;
    }
    if (looking !== false && job.plan.cluster !== undefined) {
      activity.say('looking whether the cluster can run it');
      const checks = await looking;
      activity.pause();
      if (!tellPreflight(session, checks)) return exitCodes.couldNotSubmit;
    }
    activity.say('submitting');
    const started = await core.handlers['runs/submit'](job.submission, session.signal);
    activity.dispose();
    if (isText) session.out.writeLines([runNameLine(started.name), [plain('')]]);
    const { parameters } = job.plan.spec;
    const follow = {
      format: options.format,
      onInterrupt: 'cancelThenLeave' as const,
      ...(parameters && { parameters }),
    };
    return options.detach
      ? await sayDetached(session, started, follow)
      : await followToEnd(session, core, started, follow);
  } finally {
    progress.dispose();
    activity.dispose();
  }
}

function look(core: CliCore, { submission }: JobRequest, signal: AbortSignal): Promise<readonly Check[]> {
  const looking = core.handlers['jobs/preflight'](submission, signal).then(({ checks }) => checks);
  // Where planning fails first, nobody asks what was seen.
  looking.catch(() => undefined);
  return looking;
}

function showPlan(session: Session, { plan }: PlannedJob): void {
  const { cwd, home } = session.io;
  session.out.writeLines(planLines(plan, { cwd, home, width: session.widthOf(session.out), complete: false }));
}

/** Says what was found, the good apart. False when something would keep it from running. */
function tellPreflight(session: Session, checks: readonly Check[]): boolean {
  const found = checks.filter(({ outcome }) => outcome === 'fail' || outcome === 'warn');
  session.err.writeLines(checkLines(found, session.widthOf(session.err)));
  if (!found.some(({ outcome }) => outcome === 'fail')) return true;
  session.err.writeLines([[plain('Nothing was sent. "--no-preflight" sends it all the same.')]]);
  return false;
}

async function agree(session: Session, { plan }: PlannedJob): Promise<boolean> {
  const bytes = plan.companions.totalBytes;
  if (bytes <= askedBytes || !canAsk(session)) return true;
  return confirm(session, `${formatBytes(bytes)} travel with the notebook. Go on?`, true);
}
