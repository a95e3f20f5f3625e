import type { Command } from 'commander';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

type Flags = OutputFlag & ContextFlag;

const nameHelp = 'its name, or the word of a further one; may be left out where you have one only';
const jobHelp = 'a job: its id, the beginning of it, or "last"';

/** The commands for what goes on in a DevEnv without anybody connected. @param command what stood after `--` */
export function addDevEnvJobCommands(devEnvs: Command, act: Act, command: readonly string[] | undefined): void {
  devEnvs
    .command('run')
    .description('Run a command in a DevEnv that goes on when you leave, and keeps what it says.')
    .usage('[name] [options] -- COMMAND [ARGUMENT…]')
    .argument('[name]', nameHelp)
    .option('--title <text>', 'what to call it; default: the command')
    .option('--cwd <folder>', 'where to run it, relative to /workspace')
    .option('-f, --follow', 'show what it says, and exit as it does. Ctrl-C twice leaves; it goes on')
    .addOption(contextOption('where the DevEnv is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags & { title?: string; cwd?: string; follow?: true }) =>
      act(async (session) => {
        const { runJob } = await import('../commands/devEnvJobs.ts');
        const { context, title, cwd, follow, output: format } = flags;
        const wish = { command: command ?? [], title, cwd };
        return runJob(session, { name, context }, wish, { follow: follow === true, format });
      }),
    )
    .addHelpText('after', runHelp);
  devEnvs
    .command('test')
    .description('Measure each hop of the way to a DevEnv: which is slow, or broken, and what to do.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where the DevEnv is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { testDevEnv } = await import('../commands/devEnvTest.ts');
        return testDevEnv(session, { name, context: flags.context }, flags.output);
      }),
    );
  devEnvs
    .command('jobs')
    .description('List the commands that were started with "devenv run", the newest first.')
    .argument('[name]', nameHelp)
    .addOption(contextOption('where the DevEnv is'))
    .addOption(outputOption())
    .action((name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { listJobs } = await import('../commands/devEnvJobs.ts');
        return listJobs(session, { name, context: flags.context }, flags.output);
      }),
    );
  devEnvs
    .command('logs')
    .description('Print what a job has said.')
    .argument('<job>', jobHelp)
    .argument('[name]', `the DevEnv: ${nameHelp}`)
    .option('-f, --follow', 'go on until it has ended, and exit as it does')
    .addOption(contextOption('where the DevEnv is'))
    .action((job: string, name: string | undefined, flags: ContextFlag & { readonly follow?: true }) =>
      act(async (session) => {
        const { jobLogs } = await import('../commands/devEnvJobs.ts');
        return jobLogs(session, { name, context: flags.context }, job, flags.follow === true);
      }),
    );
  devEnvs
    .command('stop-job')
    .description('End a job, at the latest ten seconds after it was asked to.')
    .argument('<job>', jobHelp)
    .argument('[name]', `the DevEnv: ${nameHelp}`)
    .addOption(contextOption('where the DevEnv is'))
    .addOption(outputOption())
    .action((job: string, name: string | undefined, flags: Flags) =>
      act(async (session) => {
        const { stopJob } = await import('../commands/devEnvJobs.ts');
        return stopJob(session, { name, context: flags.context }, job, flags.output);
      }),
    );
}

const runHelp = `
While it runs the DevEnv does not stop for want of work.

Examples:
  slipway devenv run -- python train.py --epochs 100
  slipway devenv run -f --cwd project -- make test     see what it says
  slipway devenv run -- bash -lc "make data && make"   with a shell
  slipway devenv logs -f last                          come back to it`;
