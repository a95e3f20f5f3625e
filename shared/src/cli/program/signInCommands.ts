import type { Command } from 'commander';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

interface LoginFlags extends ContextFlag {
  readonly device?: true;
  readonly paste?: true;
}

const where = 'the context; default: the current one';

/** The commands for who this person is. */
export function addSignInCommands(program: Command, act: Act): void {
  program
    .command('login')
    .description('Sign in with the identity provider of a context, for VS Code and JupyterLab on this machine too.')
    .addOption(contextOption(where))
    .option('--device', 'with a code, in a browser on any device')
    .option('--paste', 'paste the address that the browser ends at; the last resort')
    .action((flags: LoginFlags) =>
      act(async (session) => {
        const { login } = await import('../commands/login.ts');
        const flow = flags.device === true ? 'device' : flags.paste === true ? 'callbackUrl' : 'browser';
        return login(session, { context: flags.context, flow });
      }),
    )
    .addHelpText('after', loginHelp);
  program
    .command('logout')
    .description('End a sign-in, for all programs on this machine.')
    .addOption(contextOption(where))
    .action((flags: ContextFlag) =>
      act(async (session) => {
        const { logout } = await import('../commands/login.ts');
        return logout(session, flags.context);
      }),
    );
  program
    .command('whoami')
    .description('Show who the cluster thinks you are, beside who the identity provider says.')
    .addOption(contextOption(where))
    .addOption(outputOption())
    .action((flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { whoami } = await import('../commands/whoami.ts');
        return whoami(session, flags.context, flags.output);
      }),
    );
}

const loginHelp = `
Examples:
  slipway login                                  in the browser of this machine
  slipway login --context team-a --device        on a machine without one`;
