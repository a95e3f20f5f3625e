import type { Command } from 'commander';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

/** The commands that copy files to DevEnvs and from them. */
export function addTransferCommands(program: Command, act: Act): void {
  program.commandsGroup('Move files:');
  program
    .command('cp')
    .description('Copy files and folders to a DevEnv, or from it.')
    .argument('<file...>', 'sources and one destination; NAME:PATH is in a DevEnv, relative to /workspace')
    .addOption(contextOption())
    .addOption(outputOption())
    .action((paths: readonly string[], flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { copyFiles } = await import('../commands/transfer.ts');
        return copyFiles(session, { paths, context: flags.context, format: flags.output });
      }),
    )
    .addHelpText('after', copyHelp);
  program
    .command('sync')
    .description('Make a folder in a DevEnv like one here, or one here like one there.')
    .argument('<from>', 'the folder with the files')
    .argument('<to>', 'the folder that becomes like it; NAME:PATH is in a DevEnv')
    .option('--delete', 'delete what is not in the source')
    .option('--dry-run', 'only say what would be done')
    .option('--yes', 'ask nothing before deleting')
    .addOption(contextOption())
    .addOption(outputOption())
    .action((source: string, destination: string, flags: SyncFlags) =>
      act(async (session) => {
        const { syncFolders } = await import('../commands/transfer.ts');
        return syncFolders(session, {
          paths: [source, destination],
          context: flags.context,
          format: flags.output,
          delete: flags.delete === true,
          dryRun: flags.dryRun === true,
          yes: flags.yes === true,
        });
      }),
    )
    .addHelpText('after', syncHelp);
}

interface SyncFlags extends OutputFlag, ContextFlag {
  readonly delete?: true;
  readonly dryRun?: true;
  readonly yes?: true;
}

const copyHelp = `
The destination is a folder to copy into where there is one, or where it ends with /; otherwise it is the new name of the one source.
What is there already is not copied again: a copy that was cut goes on where it was.

Examples:
  slipway cp data/ devenv-alice:                 the folder data to /workspace/data
  slipway cp a.csv b.csv devenv-alice:input/     two files to /workspace/input
  slipway cp a.csv devenv-alice:b.csv            a file under another name
  slipway cp devenv-alice:results .              a folder from there
  slipway cp :results .                          the same, where you have one DevEnv`;

const syncHelp = `
Left alone at both ends: version control, environments, caches, hidden files, secrets, and what .slipwayignore names.

Examples:
  slipway sync . devenv-alice:project            the folder here to /workspace/project
  slipway sync devenv-alice:results results      what is new there, from there
  slipway sync . :project --delete --dry-run     what would be deleted`;
