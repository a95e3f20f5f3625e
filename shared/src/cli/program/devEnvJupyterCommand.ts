import type { Command } from 'commander';
import { contextOption, type ContextFlag } from './kinds.ts';
import type { Act } from './program.ts';

/** JupyterLab in a DevEnv. @param devEnvs the command `devenv` */
export function addDevEnvJupyterCommand(devEnvs: Command, act: Act): void {
  devEnvs
    .command('jupyter')
    .description('Open JupyterLab in a DevEnv that runs, on a port of this machine, until Ctrl-C.')
    .argument('[name]', 'its name, or the word of a further one; may be left out where you have one only')
    .addOption(contextOption('where it is'))
    .action((name: string | undefined, flags: ContextFlag) =>
      act(async (session) => {
        const { openJupyter } = await import('../commands/devEnvJupyter.ts');
        return openJupyter(session, { name, context: flags.context });
      }),
    );
}
