import { randomUUID } from 'node:crypto';
import type { DevEnvHop } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { checkLines } from '../view/checkView.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** As wide as the longest name of a hop, so that each line can be printed when it comes. */
const names: readonly DevEnvHop['name'][] = ['api', 'pod', 'tunnel', 'ssh', 'latency', 'upload', 'download'];

/** `slipway devenv test`: each hop when it was measured. Fails where one is broken. */
export async function testDevEnv(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  const reference = await findDevEnv(session, meant);
  const core = await session.core();
  const id = randomUUID();
  const nameColumns = Math.max(...names.map((name) => name.length)) + 2;
  const show = (hop: DevEnvHop): void => {
    session.out.writeLines(checkLines([hop], session.widthOf(session.out), { nameColumns }));
  };
  const listener = core.onNotification((name, params) => {
    if (name === 'devenv/hop' && 'hop' in params && params.id === id && format === 'text') show(params.hop);
  });
  try {
    const { hops } = await core.handlers['devenvs/test']({ ...reference, id }, session.signal);
    if (format === 'json') printJson(session, { hops });
    await session.out.drained();
    return hops.some(({ outcome }) => outcome === 'fail') ? exitCodes.failed : exitCodes.passed;
  } finally {
    listener.dispose();
  }
}
