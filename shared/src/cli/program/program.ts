import { Command, CommanderError, type Argument } from 'commander';
import { SlipwayError } from '../../protocol/index.ts';
import type { Session } from '../session.ts';
import { addContextCommands } from './contextCommands.ts';
import { addDevEnvCommands } from './devEnvCommands.ts';
import { addDevEnvJobCommands } from './devEnvJobCommands.ts';
import { addDevEnvJupyterCommand } from './devEnvJupyterCommand.ts';
import { addResultCommands } from './resultCommands.ts';
import { addRunCommands } from './runCommands.ts';
import { addSignInCommands } from './signInCommands.ts';
import { addSshCommands } from './sshCommands.ts';
import { addSetupCommands } from './setupCommands.ts';
import { addTransferCommands } from './transferCommands.ts';

/** Does a command's work and keeps its exit code. */
export type Act = (work: (session: Session) => Promise<number> | number) => Promise<void>;

/**
 * Parses the command line and does what it says. Resolves to the exit code.
 * @throws SlipwayError `usage` for what cannot be understood, and what the command throws
 */
export async function runProgram(session: Session, argv: readonly string[]): Promise<number> {
  const { args, command } = splitCommand(argv);
  let exitCode = 0;
  const act: Act = async (work) => {
    exitCode = await work(session);
  };
  const program = createProgram(session);
  addRunCommands(program, act, command);
  addResultCommands(program, act);
  const devEnvs = addDevEnvCommands(program, act);
  addDevEnvJobCommands(devEnvs, act, command);
  addDevEnvJupyterCommand(devEnvs, act);
  addSshCommands(program, devEnvs, act, command);
  addSetupCommands(program, act);
  addContextCommands(program, act);
  addSignInCommands(program, act);
  addTransferCommands(program, act);
  try {
    await program.parseAsync([...helpAsOption(program, args)], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were printed as they were asked for.
    if (error.exitCode === 0) return 0;
    throw usageError(error, args);
  }
}

function createProgram(session: Session): Command {
  const { io, out } = session;
  const bold = (text: string): string => (out.colours ? `\u001b[1m${text}\u001b[22m` : text);
  return new Command('slipway')
    .description('Runs the notebook in front of you: papermill, an HTML report, pytest.')
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpCommand(new Command('help').argument('[command]').description('Explain a command.').helpGroup('Set up:'))
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({
      styleTitle: bold,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(operandTerm)].join(' '),
    })
    .configureOutput({
      writeOut: (text) => {
        out.write(text);
      },
      // What went wrong is told once, in the shape of all errors.
      writeErr: () => undefined,
      getOutHelpWidth: () => Math.min(120, io.isTerminal.stdout ? io.columns() : 100),
      getOutHasColors: () => out.colours,
      stripColor: (text) => text,
    })
    .addHelpText('after', programHelp);
}

/** `<run>`, `[path…]` */
function operandTerm(operand: Argument): string {
  const name = operand.variadic ? `${operand.name()}…` : operand.name();
  return operand.required ? `<${name}>` : `[${name}]`;
}

const takingCommands: ReadonlySet<string> = new Set(['run', 'plan', 'ssh', 'devenv']);

/** `run`, `plan`, `ssh` and `devenv run` take a command of the person's own after `--`; commander would not tell where it begins. */
function splitCommand(argv: readonly string[]): { args: readonly string[]; command: readonly string[] | undefined } {
  const separator = argv.indexOf('--');
  const name = argv.find((word) => !word.startsWith('-'));
  if (separator < 0 || name === undefined || !takingCommands.has(name)) return { args: argv, command: undefined };
  return { args: argv.slice(0, separator), command: argv.slice(separator + 1) };
}

/**
 * `help artifacts get` as `artifacts get --help`: commander's own help looks at the first word only.
 * @throws SlipwayError `usage` where there is no such command
 */
function helpAsOption(program: Command, args: readonly string[]): readonly string[] {
  const [first, ...path] = args;
  if (first !== 'help' || path.length === 0 || path.some((word) => word.startsWith('-'))) return args;
  let command = program;
  for (const word of path) {
    const found = command.commands.find((sub) => sub.name() === word);
    // Commander's own help command is not among them.
    if (found === undefined && word === 'help') return args;
    if (found === undefined) {
      throw new SlipwayError('usage', `There is no command "${path.join(' ')}".`, { action: 'See "slipway help".' });
    }
    command = found;
  }
  return [...path, '--help'];
}

function usageError(error: CommanderError, args: readonly string[]): SlipwayError {
  if (error.code === 'commander.help' || error.code === 'commander.helpDisplayed') {
    return new SlipwayError(
      'usage',
      args.length === 0 ? 'No command was given.' : `"${args.join(' ')}" needs a command.`,
      {
        action: 'See "slipway help".',
      },
    );
  }
  const [, what = '', hint] = /^(?:error: )?(.*?)(?:\n\((.*)\))?$/s.exec(error.message) ?? [];
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1)}`;
  return new SlipwayError('usage', /[.?]$/.test(sentence) ? sentence : `${sentence}.`, {
    action: hint ?? `See "${helpCommand(args)}".`,
  });
}

const documented: ReadonlySet<string> = new Set(
  'run plan manifest rerun retry cancel runs watch logs why artifacts delete prune devenv ssh ssh-config context login logout whoami spec doctor completion serve cp sync'.split(
    ' ',
  ),
);

function helpCommand(args: readonly string[]): string {
  const [first] = args;
  return first !== undefined && documented.has(first) ? `slipway help ${first}` : 'slipway help';
}

const programHelp = `
Begin with:
  slipway run analysis.ipynb                     run a notebook and see its progress
  slipway artifacts open last                    open the report
  slipway why last                               why it failed

"slipway help run" explains a command, with examples and exit codes.`;
