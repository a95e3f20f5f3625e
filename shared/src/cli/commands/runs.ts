import { SlipwayError } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { formatLine, plain, toned, type Line } from '../terminal/line.ts';
import { runTable } from '../view/runTable.ts';

export interface RunsOptions {
  readonly context: string | undefined;
  /** How many at most; undefined for all. */
  readonly limit: number | undefined;
  /** Looks on the volume of a cluster as well. */
  readonly history: boolean;
  /** Only those that this person started. */
  readonly mine: boolean;
  readonly format: OutputFormat;
}

/** `slipway runs`: the newest first. */
export async function runs(session: Session, { context, limit, history, mine, format }: RunsOptions): Promise<number> {
  const core = await session.core();
  if (history) {
    if (context === undefined) {
      throw new SlipwayError('usage', '--history reads the volume of one cluster.', {
        action: 'Name it with --context.',
      });
    }
    await core.handlers['runs/recall']({ context }, session.signal);
  }
  const request = {
    ...(context === undefined ? {} : { context }),
    // One more than is shown tells whether there are more.
    ...(limit === undefined ? {} : { limit: limit + 1 }),
    ...(mine && { mine }),
  };
  const found = (await core.handlers['runs/list'](request, session.signal)).runs;
  const shown = limit === undefined ? found : found.slice(0, limit);
  if (format === 'json') {
    printJson(session, { runs: shown });
  } else if (shown.length === 0) {
    const none = mine ? 'There are no runs of yours.' : 'There are no runs yet.';
    session.out.writeLines([[plain(`${none} Start one with "slipway run FILE".`)]]);
  } else {
    const more: Line[] =
      found.length > shown.length ? [[toned('dim', `the ${shown.length} newest; "slipway runs --all" lists all`)]] : [];
    const width = session.widthOf(session.out);
    const lines = [...runTable(shown, session.io.now()), ...more];
    session.out.write(lines.map((line) => `${formatLine(line, { colours: session.out.colours, width })}\n`).join(''));
  }
  await session.out.drained();
  return exitCodes.passed;
}
