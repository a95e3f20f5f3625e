import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { findRun, type RunReference } from './runReference.ts';

/** What people call them, where it is not the role. */
const names: Readonly<Record<string, string>> = { notebook: 'executedNotebook', tests: 'testReport' };

/** `slipway artifacts open`: with the desktop's program for it. Without a desktop prints where it is. */
export async function openArtifact(session: Session, reference: RunReference, name: string): Promise<number> {
  const core = await session.core();
  const run = await findRun(core, reference, session.signal);
  const wanted = Object.hasOwn(names, name) ? (names[name] ?? name) : name;
  const { path } = await core.artifacts.open(run.context, run.name, wanted, session.signal);
  const folder = core.localFolder(run.context, run.name);
  if (folder === undefined) {
    throw new SlipwayError('target.unsupported', `The artifacts of ${run.name} are not on this machine.`, {
      action: `Get them first: slipway artifacts get ${run.name}`,
    });
  }
  const file = join(folder, ...path.split('/'));
  if (!(await session.io.openWithDesktop(file))) session.out.writeLines([[plain(file)]]);
  return exitCodes.passed;
}
