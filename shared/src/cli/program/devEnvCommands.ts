import { Option, type Command } from 'commander';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

interface WishFlags {
  readonly image?: string;
  readonly instanceType?: string;
  readonly gpus?: string;
  readonly disk?: string;
  readonly idleStop?: string;
  readonly volume?: readonly string[];
}

type Flags = OutputFlag & ContextFlag;

/** The commands for DevEnvs, below `devenv`, which is returned for what others add to it. */
export function addDevEnvCommands(program: Command, act: Act): Command {
  program.commandsGroup('DevEnvs:');
  const list = (flags: Flags) =>
    act(async (session) => {
      const { listDevEnvs } = await import('../commands/devEnvList.ts');
      return listDevEnvs(session, flags.context, flags.output);
    });
  const devEnvs = program
    .command('devenv')
    .description('List, make, start and stop DevEnvs: personal dev pods with a workspace that lasts.')
    .usage(
      '[list]  or  create | start | stop | restart | resize | status | delete | manifest | run | jobs | logs | stop-job | test',
    )
    .addOption(contextOption('whose space; default: all'))
    .addOption(outputOption())
    .action(list)
    .addHelpText('after', help);
  devEnvs
    .command('list')
    .description('List the DevEnvs of your spaces, or with --context of one.')
    .addOption(contextOption('whose space; default: all'))
    .addOption(outputOption())
    .action(list);
  addMakingCommands(devEnvs, act);
  addLifeCommands(devEnvs, act);
  addChangingCommands(devEnvs, act);
  return devEnvs;
}

function addMakingCommands(devEnvs: Command, act: Act): void {
  const create = devEnvs
    .command('create')
    .description('Make a DevEnv and start it. A workspace that was kept under its name is taken up again.')
    .option('--name <word>', 'for a further one: it is called devenv-YOU-WORD')
    .option('--no-start', 'make it, and start it later')
    .option('-d, --detach', 'start it, and do not wait until it runs');
  wishes(create)
    .addOption(contextOption('where'))
    .addOption(outputOption())
    .action((flags: Flags & WishFlags & { readonly name?: string; readonly start: boolean; readonly detach?: true }) =>
      act(async (session) => {
        const { createDevEnv } = await import('../commands/devEnvCreate.ts');
        const { context, name, output: format, start, detach } = flags;
        return createDevEnv(session, { context, name, wishes: flags, start, wait: detach !== true, format });
      }),
    );
  const manifest = devEnvs
    .command('manifest')
    .description('Print the objects that "create" would make, as YAML without the keys. Changes nothing.')
    .option('--name <word>', 'for a further one');
  wishes(manifest)
    .addOption(contextOption('where'))
    .action((flags: ContextFlag & WishFlags & { readonly name?: string }) =>
      act(async (session) => {
        const { printManifest } = await import('../commands/devEnvCreate.ts');
        return printManifest(session, { context: flags.context, name: flags.name, wishes: flags });
      }),
    );
}

function addLifeCommands(devEnvs: Command, act: Act): void {
  devEnvs
    .command('start')
    .description('Start a DevEnv, and wait until it runs. Ctrl-C leaves it; it goes on starting.')
    .argument('[name]', nameHelp)
    .option('-d, --detach', 'do not wait until it runs')
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags & { readonly detach?: true }) =>
      act(async (session) => {
        const { startDevEnv } = await import('../commands/devEnvLife.ts');
        const { context, output: format, detach } = flags;
        return startDevEnv(session, { name, context }, { wait: detach !== true, format });
      }),
    );
  devEnvs
    .command('stop')
    .description('End the pod of a DevEnv, which frees its GPU. The workspace stays.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { stopDevEnv } = await import('../commands/devEnvLife.ts');
        return stopDevEnv(session, { name, context: flags.context }, flags.output);
      }),
    );
  devEnvs
    .command('restart')
    .description('Stop a DevEnv and start it again, as it is to be now.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { restartDevEnv } = await import('../commands/devEnvLife.ts');
        return restartDevEnv(session, { name, context: flags.context }, flags.output);
      }),
    );
  devEnvs
    .command('status')
    .description('Show how a DevEnv stands: size, disk, how long nobody has worked in it.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { showDevEnv } = await import('../commands/devEnvList.ts');
        return showDevEnv(session, { name, context: flags.context }, flags.output);
      }),
    );
}

function addChangingCommands(devEnvs: Command, act: Act): void {
  const resize = devEnvs
    .command('resize')
    .description('Change what a DevEnv is to be. The disk grows at once; the rest holds from the next start.')
    .argument('[name]', nameHelp);
  wishes(resize)
    .addOption(contextOption('where it is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags & WishFlags) =>
      act(async (session) => {
        const { resizeDevEnv } = await import('../commands/devEnvCreate.ts');
        return resizeDevEnv(session, { name, context: flags.context }, flags, flags.output);
      }),
    );
  devEnvs
    .command('delete')
    .description(
      'Forget a DevEnv. Its workspace is kept, for one that is made under the same name, unless you say otherwise.',
    )
    .argument('[name]', nameHelp)
    .option('--workspace', 'delete the files in the workspace, too, for good')
    .option('-y, --yes', 'do not ask')
    .addOption(contextOption('where it is'))
    .action((name: string | undefined, flags: ContextFlag & { readonly workspace?: true; readonly yes?: true }) =>
      act(async (session) => {
        const { deleteDevEnv } = await import('../commands/devEnvLife.ts');
        const { context, workspace, yes } = flags;
        return deleteDevEnv(session, { name, context }, { workspace: workspace === true, yes: yes === true });
      }),
    );
}

function wishes(command: Command): Command {
  return command
    .option('--image <reference>', 'the container image, made as docs/platform/devenv says')
    .option('--instance-type <name>', 'its size: a name of the profile, or cpu-4c-8g, gpu-1x-16c-32g-1gpu')
    .option('--gpus <number>', "instead of the instance type's number of GPUs")
    .option('--disk <size>', 'of the workspace: 50Gi')
    .option('--idle-stop <time>', 'stop after so long without work: 4h, 90m, never')
    .addOption(
      new Option('--volume <claim:/path[:ro]>', 'another claim of the space, mounted there; may be repeated').argParser(
        (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value],
      ),
    );
}

const nameHelp = 'its name, or the word of a further one; may be left out where you have one only';

const help = `
Examples:
  slipway devenv create --instance-type gpu-1x-16c-32g-1gpu   make one with a GPU
  slipway devenv stop                                         free the GPU; /workspace stays
  slipway devenv start                                        go on`;
