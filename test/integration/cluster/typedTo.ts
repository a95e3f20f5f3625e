import { cliCoreOf } from '../../../shared/src/cli/cliCore.ts';
import { slipway } from '../../../shared/src/cli/testing/commandLine.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import type { Ended, Machine } from '../cli/slipway.ts';
import { coreInProcess } from './coreInProcess.ts';

/**
 * The command line in this process, with a core that others use, too, and that it does not end. A process of its own takes four tenths
 * of a second of a processor to begin.
 */
export async function typedTo(core: Core, argv: readonly string[], cwd: string): Promise<Ended> {
  const lent = cliCoreOf(core, { localFolder: () => undefined, dispose: () => Promise.resolve() });
  const { exitCode, stdout, stderr } = await slipway(argv, { core: lent, cwd });
  return { exitCode, signal: null, stdout, stderr };
}

/** The command line in this process, with a core of its own that ends with it. @param cwd default: the folder that the person works in */
export async function typedBy(machine: Machine, argv: readonly string[], cwd = machine.work): Promise<Ended> {
  const core = coreInProcess(machine);
  try {
    return await typedTo(core, argv, cwd);
  } finally {
    await core.dispose();
  }
}
