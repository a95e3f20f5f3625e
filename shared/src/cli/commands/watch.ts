import { followToEnd } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { findRun, type RunReference } from './runReference.ts';

/** `slipway watch`: a run until its end, or until the person leaves; the run does not notice. */
export async function watch(session: Session, reference: RunReference, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  return followToEnd(session, core, run, { format, onInterrupt: 'leave' });
}
