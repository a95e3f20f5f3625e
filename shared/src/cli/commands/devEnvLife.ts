import { SlipwayError, type DevEnv } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { CliCore } from '../cliCore.ts';
import type { OutputFormat, Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { LiveRegion } from '../terminal/liveRegion.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { devEnvLines } from '../view/devEnvView.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

interface Reference {
  readonly context: string;
  readonly name: string;
}

/** `slipway devenv start`. */
export async function startDevEnv(
  session: Session,
  meant: DevEnvMeant,
  { wait, format }: { readonly wait: boolean; readonly format: OutputFormat },
): Promise<number> {
  const reference = await findDevEnv(session, meant);
  if (wait) return awaitRunning(session, reference, format);
  const core = await session.core();
  const devEnv = await core.handlers['devenvs/start']({ ...reference, wait: false }, session.signal);
  return tell(session, devEnv, 'is being started', format);
}

/** `slipway devenv stop`. */
export async function stopDevEnv(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const devEnv = await core.handlers['devenvs/stop'](await findDevEnv(session, meant), session.signal);
  return tell(session, devEnv, 'is stopped; its workspace stays', format);
}

/** `slipway devenv restart`. */
export async function restartDevEnv(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  return withProgress(session, await findDevEnv(session, meant), format, 'devenvs/restart');
}

/** Starts it where it does not run yet, and shows what it waits for until it does. */
export async function awaitRunning(session: Session, reference: Reference, format: OutputFormat): Promise<number> {
  return withProgress(session, reference, format, 'devenvs/start');
}

/** `slipway devenv delete`: asks, and once more where the files go too. */
export async function deleteDevEnv(
  session: Session,
  meant: DevEnvMeant,
  { workspace, yes }: { readonly workspace: boolean; readonly yes: boolean },
): Promise<number> {
  const core = await session.core();
  const devEnv = await core.handlers['devenvs/get'](await findDevEnv(session, meant), session.signal);
  const { context, name, owner, mine } = devEnv;
  const whose = mine || owner === undefined ? '' : `, which belongs to ${oneLine(owner)}`;
  if (!yes && !canAsk(session) && workspace) {
    throw new SlipwayError('usage', `Deleting ${name} with all files in its workspace has to be said twice.`, {
      action: 'Say so with --yes.',
    });
  }
  if (!yes && canAsk(session)) {
    const what = workspace ? 'and all files in its workspace' : 'and keep its workspace';
    if (!(await confirm(session, `Delete ${name}${whose}, ${what}?`, false))) return exitCodes.cancelled;
    const sure = 'The files are gone for good then. Are you sure?';
    if (workspace && !(await confirm(session, sure, false))) return exitCodes.cancelled;
  }
  await core.handlers['devenvs/delete']({ context, name, workspace }, session.signal);
  const rest = workspace
    ? 'with its workspace'
    : `; its workspace is kept as the claim ${name}, and a DevEnv that is made under this name has it again`;
  session.out.writeLines([[plain(`deleted ${name}${workspace ? ' ' : ''}${rest}`)]]);
  return exitCodes.passed;
}

async function withProgress(
  session: Session,
  reference: Reference,
  format: OutputFormat,
  request: 'devenvs/start' | 'devenvs/restart',
): Promise<number> {
  const core = await session.core();
  const progress = new StartProgress(session, reference.name, format);
  const listener = core.onNotification((name, params) => {
    if (name === 'devenv/progress' && 'text' in params && 'name' in params) progress.say(params.text);
  });
  const leaving = new AbortController();
  const interruption = session.onInterrupt(() => leaving.abort());
  let devEnv: DevEnv;
  try {
    devEnv = await core.handlers[request](reference, AbortSignal.any([session.signal, leaving.signal]));
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    // Another Ctrl-C does not wait for the last look.
    interruption.dispose();
    throw await leftWords(core, reference, error);
  } finally {
    interruption.dispose();
    listener.dispose();
    progress.end();
  }
  return tell(session, devEnv, 'runs', format);
}

/** So long the last look may take that somebody who leaves waits for, ms. */
const lastLookMs = 3_000;

/** What somebody is told who does not wait any longer: the pod that was made goes on coming up. */
async function leftWords(core: CliCore, { context, name }: Reference, cause: unknown): Promise<SlipwayError> {
  const state = await core.handlers['devenvs/get']({ context, name }, AbortSignal.timeout(lastLookMs)).then(
    (devEnv) => devEnv.state,
    () => undefined,
  );
  const full = oneLine(name);
  if (state === 'starting' || state === 'running') {
    return new SlipwayError('cancelled', `${full} goes on starting.`, {
      action: `See how it stands: slipway devenv status ${full}; to withdraw it: slipway devenv stop ${full}`,
      cause,
    });
  }
  return new SlipwayError('cancelled', `${full} is not being waited for any more.`, {
    action: `See how it stands: slipway devenv status ${full}`,
    cause,
  });
}

async function tell(session: Session, devEnv: DevEnv, what: string, format: OutputFormat): Promise<number> {
  if (format === 'json') printJson(session, devEnv);
  else session.out.writeLines(devEnvLines(devEnv, what));
  await session.out.drained();
  return exitCodes.passed;
}

/** What a start waits for: in place on a terminal, else a line each time it changes. */
class StartProgress {
  readonly #session: Session;
  readonly #name: string;
  readonly #region: LiveRegion | undefined;
  readonly #timer: { dispose(): void } | undefined;
  readonly #startedAt: number;
  #text = 'is being started';

  constructor(session: Session, name: string, format: OutputFormat) {
    this.#session = session;
    this.#name = name;
    this.#startedAt = session.io.now();
    if (format === 'json' || !session.canPaint(session.out)) return;
    this.#region = new LiveRegion(session.out, session.io);
    this.#timer = session.io.every(500, () => this.#paint());
    this.#paint();
  }

  say(text: string): void {
    this.#text = oneLine(text);
    if (this.#region !== undefined) this.#paint();
    else this.#session.err.writeLines([[plain(`${this.#name}: ${this.#text}`)]]);
  }

  end(): void {
    this.#timer?.dispose();
    this.#region?.clear();
  }

  #paint(): void {
    const passed = formatDuration(this.#session.io.now() - this.#startedAt);
    const line: Line = [toned('strong', this.#name), plain(`  starting  ${passed}  `), toned('dim', this.#text)];
    this.#region?.update([line]);
  }
}
