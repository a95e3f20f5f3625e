import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { artifactTable } from '../view/artifactTable.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

/** `slipway artifacts RUN`: what a run left. */
export async function listArtifacts(session: Session, reference: RunReference, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  const { artifacts } = await core.handlers['artifacts/list'](refOf(run), session.signal);
  if (format === 'json') printJson(session, { run: run.name, context: run.context, artifacts });
  else if (artifacts.length === 0) session.out.writeLines([[plain(`${run.name} left nothing.`)]]);
  else session.out.writeLines(artifactTable(artifacts));
  await session.out.drained();
  return exitCodes.passed;
}
