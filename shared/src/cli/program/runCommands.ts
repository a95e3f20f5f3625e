import type { Command } from 'commander';
import { exitCodesHelp } from '../exitCodes.ts';
import {
  contextOption,
  detachOption,
  outputOption,
  parameterOption,
  runArgument,
  stepChoice,
  type ContextFlag,
  type OutputFlag,
} from './kinds.ts';
import type { Session } from '../session.ts';
import type { Act } from './program.ts';

interface JobFlags extends OutputFlag, ContextFlag {
  readonly parameter: readonly string[];
  readonly parameterFile?: string;
  readonly tests?: string | false;
  readonly marker?: string;
  readonly python?: string;
  readonly kernel?: string;
  readonly requirements?: string;
  readonly cellTimeout?: string;
  readonly image?: string;
  readonly instanceType?: string;
}

interface RunFlags extends JobFlags {
  readonly detach?: true;
  readonly yes?: true;
  readonly bare?: true;
  readonly preflight: boolean;
}

interface StartFlags extends OutputFlag, ContextFlag {
  readonly detach?: true;
}

/** The commands that start, repeat and stop runs. `command` is what stood after `--`. */
export function addRunCommands(program: Command, act: Act, command: readonly string[] | undefined): void {
  const jobOf = async (session: Session, file: string | undefined, flags: JobFlags) => ({
    file,
    command,
    context: await contextOf(session, flags),
    parameters: flags.parameter,
    parameterFile: flags.parameterFile,
    tests: flags.tests,
    marker: flags.marker,
    python: flags.python,
    kernel: flags.kernel,
    requirements: flags.requirements,
    cellTimeout: flags.cellTimeout,
    image: flags.image,
    instanceType: flags.instanceType,
  });
  program.commandsGroup('Run:');
  addJobOptions(program.command('run'))
    .description('Run a notebook, script or job spec and show its progress.')
    .addOption(detachOption())
    .option('--yes', 'ask nothing')
    .option('--bare', 'FILE is a PipelineRun written by hand: create it as it is (cluster)')
    .option('--no-preflight', 'send it without looking first whether it can run (cluster)')
    .action((file: string | undefined, flags: RunFlags) =>
      act(async (session) => {
        const own = { detach: flags.detach === true, format: flags.output };
        if (flags.bare === true) {
          const { runBare } = await import('../commands/runBare.ts');
          return runBare(session, { file, context: await contextOf(session, flags), ...own });
        }
        const { run } = await import('../commands/run.ts');
        const job = await jobOf(session, file, flags);
        return run(session, { ...job, ...own, yes: flags.yes === true, preflight: flags.preflight });
      }),
    )
    .addHelpText('after', runHelp);
  addJobOptions(program.command('plan'))
    .description('Show what would run: Python, parameters, files, tests. Changes nothing.')
    .action((file: string | undefined, flags: JobFlags) =>
      act(async (session) => {
        const { plan } = await import('../commands/plan.ts');
        return plan(session, { ...(await jobOf(session, file, flags)), format: flags.output });
      }),
    )
    .addHelpText('after', '\nExample:\n  slipway plan analysis.ipynb -p n_pcs=30');
  addJobOptions(program.command('manifest'))
    .description('Print the PipelineRun that a run would be, as YAML. Changes nothing.')
    .action((file: string | undefined, flags: JobFlags) =>
      act(async (session) => {
        const { manifest } = await import('../commands/manifest.ts');
        return manifest(session, { ...(await jobOf(session, file, flags)), format: flags.output });
      }),
    )
    .addHelpText('after', '\nExample:\n  slipway manifest analysis.ipynb --context team-a > analysis.yaml');
  addRepeatCommands(program, act);
}

function addRepeatCommands(program: Command, act: Act): void {
  program
    .command('rerun')
    .description('Run the same inputs again, with other parameters or an edited job spec.')
    .addArgument(runArgument())
    .addOption(parameterOption())
    .option('-e, --edit', 'edit the job spec first, in $VISUAL or $EDITOR')
    .addOption(detachOption())
    .addOption(contextOption())
    .addOption(outputOption())
    .action((run: string, flags: StartFlags & { readonly parameter: readonly string[]; readonly edit?: true }) =>
      act(async (session) => {
        const { rerun } = await import('../commands/rerun.ts');
        const options = { parameters: flags.parameter, edit: flags.edit === true, ...startOf(flags) };
        return rerun(session, { run, context: flags.context }, options);
      }),
    )
    .addHelpText('after', '\nExamples:\n  slipway rerun last -p n_pcs=50\n  slipway rerun analysis-7f3a --edit');
  program
    .command('retry')
    .description('Run again from the step that failed; what the steps before it made is reused.')
    .addArgument(runArgument())
    .option('--from <step>', `the first step to run again: ${stepChoice}`)
    .addOption(detachOption())
    .addOption(contextOption())
    .addOption(outputOption())
    .action((run: string, flags: StartFlags & { readonly from?: string }) =>
      act(async (session) => {
        const { retry } = await import('../commands/retry.ts');
        return retry(session, { run, context: flags.context }, { from: flags.from, ...startOf(flags) });
      }),
    )
    .addHelpText('after', retryHelp);
  program
    .command('cancel')
    .description('Ask a run to stop. Its processes end; what it made so far stays.')
    .addArgument(runArgument())
    .addOption(contextOption())
    .addOption(outputOption())
    .action((run: string, flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { cancel } = await import('../commands/cancel.ts');
        return cancel(session, { run, context: flags.context }, flags.output);
      }),
    );
}

async function contextOf(session: Session, flags: ContextFlag): Promise<string> {
  const { currentContext } = await import('../commands/currentContext.ts');
  return currentContext(session, flags.context);
}

function startOf(flags: StartFlags) {
  return { detach: flags.detach === true, format: flags.output };
}

function addJobOptions(command: Command): Command {
  return command
    .argument('[file]', 'a notebook (.ipynb), script (.py, .sh) or job spec (.yaml); default: slipway.yaml')
    .usage('[options] [file]  or  [options] -- COMMAND…')
    .addOption(parameterOption())
    .option('-y, --parameter-file <file>', 'read parameters from a YAML file; without a FILE to run: the job spec')
    .option('--tests <folder>', 'check the result with the pytest suite in this folder')
    .option('--no-tests', 'run no tests')
    .option('--marker <expression>', 'run only the tests with this marker, as in pytest -m')
    .addOption(contextOption('where to run; default: the current context'))
    .option('--image <reference>', 'the container image to use (cluster)')
    .option('--instance-type <name>', 'the size to use, such as gpu-1x-16c-32g-1gpu (cluster)')
    .option('--python <path>', 'the Python to use, or "managed" for an environment that Slipway keeps')
    .option('--kernel <name>', 'the Jupyter kernel to use')
    .option('--requirements <file>', 'install these in an environment of the run')
    .option('--cell-timeout <duration>', 'stop a cell that runs longer: 90s, 10m, 1h30m')
    .addOption(outputOption());
}

const runHelp = `
Examples:
  slipway run analysis.ipynb                     run a notebook here
  slipway run analysis.ipynb -p n_pcs=30         with another value of a parameter
  slipway run analysis.ipynb --tests tests -d    check the result with pytest; do not wait for it
  slipway run                                    run what ./slipway.yaml says
  slipway run -- python train.py --epochs 3      run a command instead of a notebook
  slipway run analysis.ipynb --context team-a    run it on the cluster of that context

The run goes on when this command, its terminal or its connection ends. Ctrl-C asks the run to stop; a second Ctrl-C
leaves at once and says how to come back.

${exitCodesHelp}`;

const retryHelp = `
Examples:
  slipway retry last                             from the first step that failed
  slipway retry analysis-7f3a --from test        only the tests, on the notebook that has run

A step is reused only while what it reads is unchanged: after an edit of the notebook, retry from notebook.`;
