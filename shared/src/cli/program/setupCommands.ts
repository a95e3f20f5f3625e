import { Argument, type Command } from 'commander';
import { shells } from '../completion/scripts.ts';
import { commandShape } from './commandShape.ts';
import { contextOption, outputOption, type ContextFlag, type OutputFlag } from './kinds.ts';
import type { Act } from './program.ts';

/** The commands around runs: job specs, the machine, the shell, the editors. */
export function addSetupCommands(program: Command, act: Act): void {
  program.commandsGroup('Set up:');
  addSpecCommands(program, act);
  program
    .command('doctor')
    .description('Check whether runs can work here, and say what to do where they cannot.')
    .addOption(contextOption())
    .addOption(outputOption())
    .action((flags: OutputFlag & ContextFlag) =>
      act(async (session) => {
        const { currentContext } = await import('../commands/currentContext.ts');
        const { doctor } = await import('../commands/doctor.ts');
        return doctor(session, await currentContext(session, flags.context), flags.output);
      }),
    );
  program
    .command('completion')
    .description('Print the script that completes commands, options and run names in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: string) =>
      act(async (session) => {
        const { completionScript } = await import('../commands/completion.ts');
        return completionScript(session, shell);
      }),
    )
    .addHelpText('after', completionHelp);
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action((words: readonly string[]) =>
      act(async (session) => {
        const { completeCommandLine } = await import('../commands/completion.ts');
        return completeCommandLine(session, commandShape(program), words);
      }),
    );
  program
    .command('serve')
    .description('Serve the core to an editor or a Jupyter server; they start it themselves.')
    .option('--fd <number>', 'to the one host at the other end of this descriptor')
    .option('--socket <path>', 'on a Unix socket; the secret is the first line of standard input')
    .action((flags: { readonly fd?: string; readonly socket?: string }) =>
      act(async (session) => {
        const { serve } = await import('../commands/serve.ts');
        return serve(session.io, { fd: flags.fd, socket: flags.socket });
      }),
    );
}

function addSpecCommands(program: Command, act: Act): void {
  const spec = program.command('spec').description('Write and check job specs (slipway.yaml).');
  spec
    .command('init')
    .description('Write a slipway.yaml for a notebook, with its parameters, requirements and tests.')
    .argument('[notebook]', 'default: the only one in this folder')
    .option('--force', 'write over a slipway.yaml that is there')
    .action((notebook: string | undefined, flags: { readonly force?: true }) =>
      act(async (session) => {
        const { specInit } = await import('../commands/spec.ts');
        return specInit(session, notebook, flags.force === true);
      }),
    );
  spec
    .command('validate')
    .description('Say what is wrong with a job spec, and on which line.')
    .argument('[file]', 'default: slipway.yaml')
    .addOption(outputOption())
    .action((file: string | undefined, flags: OutputFlag) =>
      act(async (session) => {
        const { specValidate } = await import('../commands/spec.ts');
        return specValidate(session, file, flags.output);
      }),
    );
  spec
    .command('schema')
    .description('Print the JSON Schema of job specs.')
    .action(() =>
      act(async (session) => {
        const { specSchema } = await import('../commands/spec.ts');
        return specSchema(session);
      }),
    );
}

const completionHelp = `
Load it in the start file of your shell:
  bash   source <(slipway completion bash)
  zsh    source <(slipway completion zsh)
  fish   slipway completion fish | source`;
