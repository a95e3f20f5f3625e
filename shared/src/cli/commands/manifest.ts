import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { planJob, type JobOptions } from './jobRequest.ts';

/** `slipway manifest`: the PipelineRun as it would be sent, to read, to keep or to hand to kubectl. Changes nothing. */
export async function manifest(
  session: Session,
  options: JobOptions & { readonly format: OutputFormat },
): Promise<number> {
  const core = await session.core();
  const { submission } = await planJob(core, session.io, options, session.signal);
  const made = await core.handlers['jobs/manifest'](submission, session.signal);
  if (options.format === 'json') printJson(session, made);
  else session.out.write(made.manifest);
  await session.out.drained();
  return exitCodes.passed;
}
