import type { Session } from '../session.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** `slipway ssh`: the system's ssh with our config alone. Its exit code, or that of the command there. */
export async function ssh(session: Session, meant: DevEnvMeant, command: readonly string[]): Promise<number> {
  const core = await session.core();
  const reference = await findDevEnv(session, meant);
  const { configFile, host } = await core.handlers['devenvs/connect']({ ...reference, include: false }, session.signal);
  // ssh gives the terminal's Ctrl-C to what runs there.
  const interrupts = session.onInterrupt(() => undefined);
  try {
    const tail = command.length === 0 ? [] : ['--', remoteCommand(command)];
    return await session.io.runProgram('ssh', ['-F', configFile, host, ...tail]);
  } finally {
    interrupts.dispose();
  }
}

/** One word is a line for the shell there, as ssh takes it; several are a program and what it is given. */
function remoteCommand(command: readonly string[]): string {
  const [only] = command;
  return only !== undefined && command.length === 1 ? only : command.map(remoteWord).join(' ');
}

/** ssh puts words together with blanks, and a shell there takes them apart: each arrives as it was given. */
function remoteWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
