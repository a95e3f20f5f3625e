import type { Command } from 'commander';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

type Flags = OutputFlag & ContextFlag;

const nameHelp = 'its name, or the word of a further one; may be left out where you have one only';

/** The commands for reaching DevEnvs by SSH. @param devEnvs the command `devenv` @param command what stood after `--` */
export function addSshCommands(
  program: Command,
  devEnvs: Command,
  act: Act,
  command: readonly string[] | undefined,
): void {
  program
    .command('ssh')
    .description('Log in to a DevEnv, or run a command there. Needs no ssh config of yours.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .action((name: string | undefined, flags: ContextFlag) =>
      act(async (session) => {
        const { ssh } = await import('../commands/ssh.ts');
        return ssh(session, { name, context: flags.context }, command ?? []);
      }),
    )
    .addHelpText('after', sshHelp);
  program
    .command('ssh-config')
    .description('Show what Slipway wrote for ssh, or take it out of your ssh config.')
    .usage('show | remove')
    .argument('<action>', 'show, or remove')
    .option('--ssh-config <file>', 'your ssh config file, where it is not ~/.ssh/config')
    .action((action: string, flags: { readonly sshConfig?: string }) =>
      act(async (session) => {
        const { sshConfig } = await import('../commands/sshConfig.ts');
        return sshConfig(session, action, flags.sshConfig);
      }),
    );
  addConnecting(devEnvs, act);
  addDevices(devEnvs, act);
}

function addConnecting(devEnvs: Command, act: Act): void {
  devEnvs
    .command('connect')
    .description('Make "ssh HOST" work on this machine, for scp, rsync, git and editors too. Starts nothing.')
    .argument('[name]', nameHelp)
    .option('--no-include', 'leave your ssh config as it is: use the printed command')
    .option('--ssh-config <file>', 'your ssh config file, where it is not ~/.ssh/config')
    .option('--accept-new-host-key', 'the DevEnv was deleted and made anew on purpose')
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags & ConnectFlags) =>
      act(async (session) => {
        const { connect } = await import('../commands/connect.ts');
        const { context, include, sshConfig, acceptNewHostKey, output: format } = flags;
        const accept = acceptNewHostKey === true;
        return connect(session, { name, context }, { include, sshConfigFile: sshConfig, accept, format });
      }),
    );
}

interface ConnectFlags {
  readonly include: boolean;
  readonly sshConfig?: string;
  readonly acceptNewHostKey?: true;
}

function addDevices(devEnvs: Command, act: Act): void {
  devEnvs
    .command('devices')
    .description('List the machines that may log in to a DevEnv.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { listDevices } = await import('../commands/devices.ts');
        return listDevices(session, { name, context: flags.context }, flags.output);
      }),
    );
  devEnvs
    .command('remove-device')
    .description('Let a machine log in no more. Sessions of it that are open go on.')
    .argument('<fingerprint>', 'of its key, as "devenv devices" shows it')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((fingerprint: string, name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { removeDevice } = await import('../commands/devices.ts');
        return removeDevice(session, { name, context: flags.context }, fingerprint, flags.output);
      }),
    );
}

const sshHelp = `
Examples:
  slipway ssh                                    a shell in your DevEnv
  slipway ssh gpu -- nvidia-smi                  one command in a further one
  slipway devenv connect                         from then on plain ssh, scp, rsync and git`;
