import type { CliCore } from '../../../shared/src/cli/cliCore.ts';
import { slipway } from '../../../shared/src/cli/testing/commandLine.ts';
import { FakeCore } from '../../../shared/src/cli/testing/fakeCore.ts';
import type { Core } from '../../../shared/src/server/index.ts';

/** The command line in this process; it does not own the core, which others use, and asks it for no file of a run. */
export async function typedTo(
  core: Core,
  argv: readonly string[],
  cwd: string,
): Promise<{ readonly exitCode: number; readonly said: string }> {
  const lent: CliCore = {
    handlers: core.handlers,
    onNotification: (listener) => core.onNotification(listener),
    artifacts: new FakeCore().artifacts,
    localFolder: () => undefined,
    dispose: () => Promise.resolve(),
  };
  const { exitCode, stdout, stderr } = await slipway(argv, { core: lent, cwd });
  return { exitCode, said: `${stdout}${stderr}`.replaceAll(/\s+/g, ' ') };
}
