import type { Command } from 'commander';
import { contextOption, outputOption, wholeNumber, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

interface AddFlags {
  readonly kubeconfig?: string;
  readonly kubeconfigContext?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly profile?: string;
}

interface PruneFlags extends OutputFlag {
  readonly context: string;
  readonly olderThan?: string;
  readonly keep?: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** The commands for clusters: contexts, and what runs left there. */
export function addContextCommands(program: Command, act: Act): void {
  const contexts = program
    .command('contexts')
    .description('List, add and remove the places to run.')
    .addOption(outputOption())
    .action((flags: OutputFlag) =>
      act(async (session) => {
        const { listContexts } = await import('../commands/contexts.ts');
        return listContexts(session, flags.output);
      }),
    );
  contexts
    .command('add')
    .description('Add a cluster, or change one.')
    .argument('<name>', 'what to call it')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, else ~/.kube/config')
    .option('--kubeconfig-context <name>', "default: the file's current context")
    .option('--namespace <name>', "the space to run in; default: the kubeconfig context's")
    .option('--image <reference>', 'the container image that runs use')
    .option('--profile <file>', 'the team profile that your platform engineer hands out')
    .action((name: string, flags: AddFlags) =>
      act(async (session) => {
        const { addContext } = await import('../commands/contexts.ts');
        const { kubeconfig, kubeconfigContext, namespace, image, profile } = flags;
        return addContext(session, { name, kubeconfig, kubeconfigContext, namespace, image, profile });
      }),
    );
  contexts
    .command('remove')
    .description('Forget a context. Its runs stay on the cluster.')
    .argument('<name>', 'the context')
    .action((name: string) =>
      act(async (session) => {
        const { removeContext } = await import('../commands/contexts.ts');
        return removeContext(session, name);
      }),
    );
  contexts
    .command('secrets')
    .description(
      'List the Secrets of a space by name, for secrets, dataset.secret and repository.secret of a job spec.',
    )
    .argument('<name>', 'the context')
    .action((name: string) =>
      act(async (session) => {
        const { listSecrets } = await import('../commands/contexts.ts');
        return listSecrets(session, name);
      }),
    );
  addPruneCommand(program, act);
}

function addPruneCommand(program: Command, act: Act): void {
  program
    .command('prune')
    .description('Remove ended runs from a cluster by age or number, and what broken submissions left.')
    .addOption(contextOption().makeOptionMandatory())
    .option('--older-than <age>', 'runs that ended longer ago: 90m, 12h, 7d')
    .option('--keep <number>', 'all but so many of the newest', wholeNumber)
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--yes', 'ask nothing')
    .addOption(outputOption())
    .action((flags: PruneFlags) =>
      act(async (session) => {
        const { prune } = await import('../commands/prune.ts');
        const { context, olderThan, keep, output } = flags;
        const own = { dryRun: flags.dryRun === true, yes: flags.yes === true, format: output };
        return prune(session, { context, olderThan, keep, ...own });
      }),
    )
    .addHelpText('after', '\nWithout --older-than and --keep only what broken submissions left is removed.');
}
