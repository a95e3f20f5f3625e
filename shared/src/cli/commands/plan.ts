import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { planLines } from '../view/planView.ts';
import { fact } from '../view/labels.ts';
import { planJob, type JobOptions } from './jobRequest.ts';

/** `slipway plan`: what would run. Changes nothing. */
export async function plan(session: Session, options: JobOptions & { readonly format: OutputFormat }): Promise<number> {
  const core = await session.core();
  const planned = await planJob(core, session.io, options, session.signal);
  if (options.format === 'json') {
    printJson(session, planned.plan);
  } else {
    const { cwd, home } = session.io;
    const width = session.widthOf(session.out);
    session.out.writeLines([
      ...planLines(planned.plan, { cwd, home, width, complete: true }),
      ...fact('steps', planned.plan.steps.join(', '), width),
    ]);
  }
  return exitCodes.passed;
}
