import { randomUUID } from 'node:crypto';
import type { Check } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { checkColumns, checkLines } from '../view/checkView.ts';
import { createActivity } from '../view/presenter.ts';

/** `slipway doctor`: whether runs can work here, each check when it is known. Fails when one does. */
export async function doctor(session: Session, context: string, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const view = new DoctorView(session, format);
  try {
    const checks = await look(core, context, view, session.signal);
    view.rest(checks);
    if (format === 'json') printJson(session, { checks });
    await session.out.drained();
    return checks.some((check) => check.outcome === 'fail') ? exitCodes.failed : exitCodes.passed;
  } finally {
    view.dispose();
  }
}

async function look(core: CliCore, context: string, view: DoctorView, signal: AbortSignal): Promise<readonly Check[]> {
  const id = randomUUID();
  const listener = core.onNotification((name, params) => {
    if (!('id' in params) || params.id !== id) return;
    if (name === 'doctor/looking' && 'name' in params) view.looking(params.name);
    if (name === 'doctor/checked' && 'check' in params) view.checked(params.check);
  });
  const stopping = (): void => view.stopping();
  signal.addEventListener('abort', stopping, { once: true });
  try {
    return (await core.handlers.doctor({ context, id }, signal)).checks;
  } finally {
    signal.removeEventListener('abort', stopping);
    listener.dispose();
  }
}

/** The checks one below the other as they come, and on a terminal what is being looked at. */
class DoctorView {
  readonly #session: Session;
  readonly #format: OutputFormat;
  readonly #activity: ReturnType<typeof createActivity>;
  #told = 0;

  constructor(session: Session, format: OutputFormat) {
    this.#session = session;
    this.#format = format;
    const output = format === 'text' ? session.out : session.err;
    this.#activity = createActivity({ io: session.io, output }, session.canPaint(output));
  }

  looking(name: string): void {
    this.#activity.say(name);
  }

  stopping(): void {
    this.#activity.say('stopping; what the trial made is removed');
  }

  checked(check: Check): void {
    this.#told += 1;
    this.#activity.pause();
    if (this.#format === 'json') return;
    const { out } = this.#session;
    out.writeLines(checkLines([check], this.#session.widthOf(out), { nameColumns: checkColumns, times: true }));
  }

  /** Those that nobody has told of yet. */
  rest(checks: readonly Check[]): void {
    for (const check of checks.slice(this.#told)) this.checked(check);
  }

  dispose(): void {
    this.#activity.dispose();
  }
}
