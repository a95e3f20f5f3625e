import { spawn as spawnProcess } from 'node:child_process';
import { runProgram, type ProgramResult, type Spawn } from '../../../kubernetes/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';

/** How a keyring's program is started. */
export interface KeyringHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly spawn?: Spawn | undefined;
}

/** A keyring may ask its person to unlock it, who may not be there; milliseconds. */
const timeLimitMs = 5000;

/**
 * Runs a keyring's program. What is secret goes in by `input` and comes out by stdout: arguments are for all to see.
 * @throws SlipwayError `vault.refused` where there is none, or it does not end; the abort reason of `signal`
 */
export async function askKeyring(
  host: KeyringHost,
  command: string,
  args: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<ProgramResult> {
  try {
    const options = { env: host.env, timeLimitMs, input };
    const result = await runProgram(host.spawn ?? spawnProcess, command, args, options, signal);
    if (result.outcome.startsWith('exited')) return result;
    throw keyringError(`it ${result.outcome}`);
  } catch (error) {
    signal.throwIfAborted();
    if (SlipwayError.is(error)) throw error;
    throw keyringError(`${command} cannot be started`);
  }
}

/** @param why a part of a sentence, without anything secret */
export function keyringError(why: string): SlipwayError {
  return new SlipwayError('vault.refused', `The keyring of this machine cannot be used: ${why}.`, {
    action: 'Unlock the keyring, or sign in again with the sign-in kept in a file.',
  });
}
