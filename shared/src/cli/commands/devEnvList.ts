import type { DevEnv } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { failureLines } from '../errorText.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { devEnvFacts, devEnvTable } from '../view/devEnvView.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** `slipway devenv list`: the person's own first. What could not be asked is told below, and fails only where nothing could. */
export async function listDevEnvs(
  session: Session,
  context: string | undefined,
  format: OutputFormat,
): Promise<number> {
  const core = await session.core();
  const listed = await core.handlers['devenvs/list'](context === undefined ? {} : { context }, session.signal);
  const { problems } = listed;
  const devEnvs = await Promise.all(listed.devEnvs.map((devEnv) => withIdleness(session, devEnv)));
  const exitCode = problems.length > 0 && devEnvs.length === 0 ? exitCodes.couldNotSubmit : exitCodes.passed;
  if (format === 'json') {
    printJson(session, { devEnvs, problems });
    await session.out.drained();
    return exitCode;
  }
  if (devEnvs.length > 0) session.out.writeLines(devEnvTable(devEnvs));
  else if (problems.length === 0) session.out.writeLines([[plain('no DevEnvs; make one: slipway devenv create')]]);
  const width = session.widthOf(session.err);
  for (const problem of problems) {
    const message = `${problem.context}: ${problem.message}`;
    session.err.writeLines(failureLines({ message, action: problem.action }, width));
  }
  await session.out.drained();
  return exitCode;
}

/** Only its pod tells how idle one is and how full its disk; of other people's nobody is asked. */
async function withIdleness(session: Session, devEnv: DevEnv): Promise<DevEnv> {
  if (!devEnv.mine || devEnv.state !== 'running') return devEnv;
  const core = await session.core();
  const { context, name } = devEnv;
  // One that went meanwhile is shown as it was.
  return core.handlers['devenvs/get']({ context, name }, session.signal).catch(() => devEnv);
}

/** `slipway devenv status`. */
export async function showDevEnv(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const devEnv = await core.handlers['devenvs/get'](await findDevEnv(session, meant), session.signal);
  if (format === 'json') printJson(session, devEnv);
  else session.out.writeLines(devEnvFacts(devEnv, session.io.now()));
  await session.out.drained();
  return devEnv.state === 'failed' ? exitCodes.failed : exitCodes.passed;
}
