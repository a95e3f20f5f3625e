import type { Command } from 'commander';
import {
  contextOption,
  outputOption,
  runArgument,
  stepChoice,
  wholeNumber,
  type ContextFlag,
  type OutputFlag,
} from './kinds.ts';
import type { Act } from './program.ts';

/** The commands that show what runs do and what they left. */
export function addResultCommands(program: Command, act: Act): void {
  program.commandsGroup('See:');
  program
    .command('runs')
    .description('List runs, the newest first.')
    .option('--limit <number>', 'how many to show', wholeNumber, 30)
    .option('--all', 'show all')
    .option('--mine', 'only those that you started, of all in the space')
    .option('--history', "read runs from the team's volume, too, whose PipelineRun is gone (with --context)")
    .addOption(contextOption())
    .addOption(outputOption())
    .action((flags: RunsFlags) =>
      act(async (session) => {
        const { runs } = await import('../commands/runs.ts');
        const limit = flags.all === true ? undefined : flags.limit;
        return runs(session, {
          context: flags.context,
          limit,
          history: flags.history === true,
          mine: flags.mine === true,
          format: flags.output,
        });
      }),
    );
  program
    .command('watch')
    .description('Show the progress of a run until it ends. Ctrl-C leaves it; the run goes on.')
    .addArgument(runArgument())
    .addOption(contextOption())
    .addOption(outputOption())
    .action((run: string, flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { watch } = await import('../commands/watch.ts');
        return watch(session, { run, context: flags.context }, flags.output);
      }),
    );
  program
    .command('logs')
    .description('Print the log of a run, of all steps or of one.')
    .addArgument(runArgument())
    .option('-f, --follow', 'go on until the run ends')
    .option('--step <step>', `only this step: ${stepChoice}`)
    .option('--timestamps', 'begin each line with its time')
    .option('--tail <lines>', 'begin with the last lines', wholeNumber)
    .addOption(contextOption())
    .action((run: string, flags: LogFlags) =>
      act(async (session) => {
        const { logs } = await import('../commands/logs.ts');
        const { follow, step, timestamps, tail } = flags;
        const options = { follow: follow === true, step, timestamps: timestamps === true, tail };
        return logs(session, { run, context: flags.context }, options);
      }),
    )
    .addHelpText('after', logsHelp);
  program
    .command('why')
    .description('Explain why a run failed, or what it waits for: cause, evidence, fixes.')
    .addArgument(runArgument())
    .addOption(contextOption())
    .addOption(outputOption())
    .action((run: string, flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { why } = await import('../commands/why.ts');
        return why(session, { run, context: flags.context }, flags.output);
      }),
    );
  addArtifactCommands(program, act);
  addDeleteCommand(program, act);
}

interface RunsFlags extends OutputFlag, ContextFlag {
  readonly limit: number;
  readonly all?: true;
  readonly mine?: true;
  readonly history?: true;
}

interface LogFlags extends ContextFlag {
  readonly follow?: true;
  readonly step?: string;
  readonly timestamps?: true;
  readonly tail?: number;
}

function addArtifactCommands(program: Command, act: Act): void {
  const list = (run: string, flags: OutputFlag & ContextFlag) =>
    act(async (session) => {
      const { listArtifacts } = await import('../commands/artifacts.ts');
      return listArtifacts(session, { run, context: flags.context }, flags.output);
    });
  const artifacts = program
    .command('artifacts')
    .description('List, fetch or open what a run left: report, notebook, test results.')
    .usage('<run>  or  get <run> [path…]  or  open <run> [name]')
    .addArgument(runArgument())
    .addOption(contextOption())
    .addOption(outputOption())
    .action(list)
    .addHelpText('after', artifactsHelp);
  artifacts
    .command('list')
    .description('List the artifacts of a run.')
    .addArgument(runArgument())
    .addOption(contextOption())
    .addOption(outputOption())
    .action(list);
  artifacts
    .command('get')
    .description('Copy artifacts into a folder: all, or those named by path or as report, notebook, tests.')
    .addArgument(runArgument())
    .argument('[path...]', 'which; default: all')
    .option('-d, --directory <folder>', 'where to; default: a folder named after the run')
    .option('--zip', 'all of them as one zip file')
    .option('--force', 'write over files that differ')
    .addOption(contextOption())
    .action((run: string, names: readonly string[], flags: GetFlags) =>
      act(async (session) => {
        const { getArtifacts } = await import('../commands/artifactsGet.ts');
        const options = { names, folder: flags.directory, zip: flags.zip === true, force: flags.force === true };
        return getArtifacts(session, { run, context: flags.context }, options);
      }),
    );
  artifacts
    .command('open')
    .description('Open an artifact with the program that the desktop has for it; without a desktop print its path.')
    .addArgument(runArgument())
    .argument('[name]', 'report, notebook, tests, or a path', 'report')
    .addOption(contextOption())
    .action((run: string, name: string, flags: ContextFlag) =>
      act(async (session) => {
        const { openArtifact } = await import('../commands/artifactsOpen.ts');
        return openArtifact(session, { run, context: flags.context }, name);
      }),
    );
}

interface GetFlags extends ContextFlag {
  readonly directory?: string;
  readonly zip?: true;
  readonly force?: true;
}

function addDeleteCommand(program: Command, act: Act): void {
  program
    .command('delete')
    .description('Delete runs that have ended, with their logs and artifacts.')
    .addArgument(runArgument('<run...>'))
    .option('--yes', 'ask nothing')
    .addOption(contextOption())
    .action((runs: readonly string[], flags: ContextFlag & { readonly yes?: true }) =>
      act(async (session) => {
        const { deleteRuns } = await import('../commands/delete.ts');
        return deleteRuns(session, { runs, context: flags.context, yes: flags.yes === true });
      }),
    );
}

const logsHelp = `
Examples:
  slipway logs last -f                           follow the newest run
  slipway logs analysis-7f3a --step test         what pytest said
  slipway logs last --step notebook > run.log    byte for byte`;

const artifactsHelp = `
Examples:
  slipway artifacts last                         list
  slipway artifacts open last                    open the report
  slipway artifacts get last report -d results   fetch one
  slipway artifacts get last --zip               fetch all as a zip file`;
