import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { followToEnd, sayDetached } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { runNameLine } from '../view/planView.ts';

export interface BareOptions {
  readonly file: string | undefined;
  readonly context: string;
  readonly detach: boolean;
  readonly format: OutputFormat;
}

/** No PipelineRun that an API server takes is larger. */
const largestManifest = 3 * 1024 * 1024;

/** `slipway run --bare FILE`: creates a PipelineRun that somebody wrote by hand, and follows it to its end. */
export async function runBare(session: Session, options: BareOptions): Promise<number> {
  const manifest = await readManifest(session, options.file);
  const core = await session.core();
  const run = await core.handlers['runs/submitManifest']({ context: options.context, manifest }, session.signal);
  if (options.format === 'text') session.out.writeLines([runNameLine(run.name), [plain('')]]);
  const follow = { format: options.format, onInterrupt: 'cancelThenLeave' as const };
  return options.detach ? sayDetached(session, run, follow) : followToEnd(session, core, run, follow);
}

async function readManifest(session: Session, file: string | undefined): Promise<string> {
  if (file === undefined) {
    throw new SlipwayError('usage', '--bare needs a file with a PipelineRun.', {
      action: 'Name it: slipway run --bare pipelinerun.yaml --context team-a',
    });
  }
  let text: string;
  try {
    text = await readFile(resolve(session.io.cwd, file), 'utf8');
  } catch (error) {
    throw new SlipwayError('usage', `${file} cannot be read.`, { action: 'Check its name.', cause: error });
  }
  if (text.length <= largestManifest) return text;
  throw new SlipwayError('spec.invalid', `${file} is larger than 3 MiB, more than a cluster takes.`);
}
