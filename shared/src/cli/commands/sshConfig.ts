import { isAbsolute, join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';

/** `slipway ssh-config show | remove`. */
export async function sshConfig(session: Session, action: string, file: string | undefined): Promise<number> {
  if (action === 'show') return show(session);
  if (action === 'remove') return remove(session, file);
  throw new SlipwayError('usage', `"ssh-config ${action}" is no command.`, { action: 'Say show or remove.' });
}

async function show(session: Session): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const file = join(await session.io.dataDir(), 'ssh', 'config');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) session.out.writeLines([[plain('Slipway has written nothing for ssh on this machine.')]]);
  else session.out.writeLines([`# ${file}`, ...text.trimEnd().split('\n')].map((line) => [plain(oneLine(line))]));
  await session.out.drained();
  return exitCodes.passed;
}

async function remove(session: Session, file: string | undefined): Promise<number> {
  const core = await session.core();
  const { changed } = await core.handlers['sshConfig/remove'](
    file === undefined ? {} : { sshConfigFile: isAbsolute(file) ? file : join(session.io.cwd, file) },
    session.signal,
  );
  const lines = changed.map((path) => [plain(`removed Slipway's part of ${oneLine(path)}`)]);
  session.out.writeLines(lines.length === 0 ? [[plain('There was nothing of Slipway in your ssh config.')]] : lines);
  await session.out.drained();
  return exitCodes.passed;
}
