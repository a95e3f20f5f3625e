import type { Command } from 'commander';
import { contextOption, outputOption, scopeOption, wholeNumber, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

interface NewFlags {
  readonly server?: string;
  readonly certificateAuthority?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly scope: readonly string[];
  readonly audience?: string;
  readonly kubeconfig?: string;
  readonly kubeconfigContext?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly profile?: string;
  readonly replace?: true;
  readonly use?: true;
}

interface ImportFlags {
  readonly name?: string;
  readonly image?: string;
  readonly replace?: true;
  readonly use?: true;
}

interface PruneFlags extends OutputFlag {
  readonly context?: string;
  readonly olderThan?: string;
  readonly keep?: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** The commands for clusters: contexts, and what runs left there. */
export function addContextCommands(program: Command, act: Act): void {
  const list = (flags: OutputFlag) =>
    act(async (session) => {
      const { listContexts } = await import('../commands/contexts.ts');
      return listContexts(session, flags.output);
    });
  const contexts = program
    .command('context')
    .description('List, choose, add, change and delete the places to run.')
    .usage('[list]  or  use | spaces | new | import | edit | delete | secrets')
    .addOption(outputOption())
    .action(list)
    .addHelpText('after', contextHelp);
  contexts
    .command('list')
    .description('List the contexts. The current one, which commands use that name none, has a star.')
    .addOption(outputOption())
    .action(list);
  contexts
    .command('use')
    .description('Make a context the current one.')
    .argument('<context>', 'the context, or "local"')
    .option('--space <name>', 'and run in this space (namespace) there')
    .action((name: string, flags: { readonly space?: string }) =>
      act(async (session) => {
        const { useContext } = await import('../commands/contexts.ts');
        return useContext(session, name, flags.space);
      }),
    );
  addNewCommand(contexts, act);
  addImportCommand(contexts, act);
  contexts
    .command('spaces')
    .description('List the spaces (namespaces) that you may use, with rights, quotas and GPUs, to choose one.')
    .argument('[context]', 'default: the current context')
    .addOption(outputOption())
    .action((name: string | undefined, flags: OutputFlag) =>
      act(async (session) => {
        const { listSpaces } = await import('../commands/contextSpaces.ts');
        return listSpaces(session, name, flags.output);
      }),
    );
  contexts
    .command('edit')
    .description('Edit all contexts in $VISUAL or $EDITOR; they are checked before they are taken.')
    .action(() =>
      act(async (session) => {
        const { editContexts } = await import('../commands/contextEdit.ts');
        return editContexts(session);
      }),
    );
  contexts
    .command('delete')
    .description('Forget a context. Its runs stay on the cluster.')
    .argument('<context>', 'the context')
    .action((name: string) =>
      act(async (session) => {
        const { deleteContext } = await import('../commands/contexts.ts');
        return deleteContext(session, name);
      }),
    );
  contexts
    .command('secrets')
    .description(
      'List the Secrets of a space by name, for secrets, dataset.secret and repository.secret of a job spec.',
    )
    .argument('[context]', 'default: the current context')
    .action((name: string | undefined) =>
      act(async (session) => {
        const { listSecrets } = await import('../commands/contexts.ts');
        return listSecrets(session, name);
      }),
    );
  addPruneCommand(program, act);
}

function addNewCommand(contexts: Command, act: Act): void {
  contexts
    .command('new')
    .description('Add a cluster: an API server and a sign-in, or a kubeconfig.')
    .argument('<name>', 'what to call it')
    .option('--server <url>', 'the API server: https://api.example.com:6443')
    .option('--certificate-authority <file>', "the API server's certificate authority, PEM")
    .option('--issuer <url>', 'the identity provider to sign in with')
    .option('--client-id <id>', 'what Slipway is called there')
    .addOption(scopeOption())
    .option('--audience <name>', 'whom the token is for, where the identity provider asks')
    .option('--kubeconfig <file>', 'instead of --server; default: $KUBECONFIG, else ~/.kube/config')
    .option('--kubeconfig-context <name>', "default: the file's current context")
    .option('--namespace <name>', "the space to run in; default: the kubeconfig context's")
    .option('--image <reference>', 'the container image that runs use')
    .option('--profile <file>', 'how runs look there: the profile that your platform engineer hands out')
    .option('--replace', 'replace a context of this name')
    .option('--use', 'make it the current one')
    .action((name: string, flags: NewFlags) =>
      act(async (session) => {
        const { newContext } = await import('../commands/contextNew.ts');
        const { server, certificateAuthority, issuer, clientId, scope: scopes, audience } = flags;
        const { kubeconfig, kubeconfigContext, namespace, image, profile } = flags;
        const own = { name, replace: flags.replace === true, use: flags.use === true };
        const signIn = { server, certificateAuthority, issuer, clientId, scopes, audience };
        return newContext(session, { ...own, ...signIn, kubeconfig, kubeconfigContext, namespace, image, profile });
      }),
    );
}

function addImportCommand(contexts: Command, act: Act): void {
  contexts
    .command('import')
    .description('Take in what your platform engineer hands out: a team profile, a config.yaml or a kubeconfig.')
    .argument('<file>', 'a file, or "-" for standard input')
    .option('--name <name>', 'what to call it, where it is one')
    .option('--image <reference>', 'the container image that runs use; a kubeconfig says none')
    .option('--replace', 'replace contexts of the same names')
    .option('--use', 'make it the current one')
    .action((file: string, flags: ImportFlags) =>
      act(async (session) => {
        const { importContexts } = await import('../commands/contextImport.ts');
        const { name, image } = flags;
        return importContexts(session, file, {
          name,
          image,
          replace: flags.replace === true,
          use: flags.use === true,
        });
      }),
    );
}

const contextHelp = `
Examples:
  slipway context import team-a.yaml             take in a team profile
  slipway context use team-a                     run there from now on
  slipway context import ~/.kube/config --image runner:1   a kubeconfig; "kubectl oidc-login" becomes a sign-in of Slipway`;

function addPruneCommand(program: Command, act: Act): void {
  program
    .command('prune')
    .description('Remove ended runs from a cluster by age or number, and what broken submissions left.')
    .addOption(contextOption('where; default: the current context'))
    .option('--older-than <age>', 'runs that ended longer ago: 90m, 12h, 7d')
    .option('--keep <number>', 'all but so many of the newest', wholeNumber)
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--yes', 'ask nothing')
    .addOption(outputOption())
    .action((flags: PruneFlags) =>
      act(async (session) => {
        const { prune } = await import('../commands/prune.ts');
        const { currentContext } = await import('../commands/currentContext.ts');
        const { olderThan, keep, output } = flags;
        const context = await currentContext(session, flags.context);
        const own = { dryRun: flags.dryRun === true, yes: flags.yes === true, format: output };
        return prune(session, { context, olderThan, keep, ...own });
      }),
    )
    .addHelpText('after', '\nWithout --older-than and --keep only what broken submissions left is removed.');
}
