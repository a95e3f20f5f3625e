import type { Argument, Command, Option } from 'commander';
import type { CommandShape, OperandShape, OptionShape, ValueKind } from '../completion/candidates.ts';

/** The program as completion needs it. */
export function commandShape(command: Command): CommandShape {
  const visible = command.commands.filter((sub) => !sub.name().startsWith('__'));
  return {
    name: command.name(),
    description: command.description(),
    commands: visible.map(commandShape),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionShape), helpOption],
    operands: command.registeredArguments.map(operandShape),
  };
}

const helpOption: OptionShape = { flags: ['-h', '--help'], description: 'show help', value: undefined };

const fileOptions: ReadonlySet<string> = new Set([
  '--parameter-file',
  '--tests',
  '--python',
  '--requirements',
  '--directory',
  '--socket',
  '--kubeconfig',
  '--profile',
  '--certificate-authority',
]);
const stepOptions: ReadonlySet<string> = new Set(['--step', '--from']);
const steps = ['dataset', 'clone', 'prepare', 'notebook', 'command', 'report', 'test', 'collect'];

function optionShape(option: Option): OptionShape {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  return { flags, description: option.description, value: optionValue(option) };
}

function optionValue(option: Option): ValueKind | undefined {
  if (!option.required && !option.optional) return undefined;
  if (option.argChoices !== undefined) return { choices: option.argChoices };
  const long = option.long ?? '';
  if (stepOptions.has(long)) return { choices: steps };
  if (fileOptions.has(long)) return 'file';
  return long === '--context' ? 'context' : 'none';
}

function operandShape(argument: Argument): OperandShape {
  return { value: operandValue(argument), variadic: argument.variadic };
}

function operandValue(argument: Argument): ValueKind {
  if (argument.argChoices !== undefined) return { choices: argument.argChoices };
  switch (argument.name()) {
    case 'run':
      return 'run';
    case 'context':
      return 'context';
    case 'file':
    case 'notebook':
      return 'file';
    case 'name':
    case 'path':
      return { choices: ['report', 'notebook', 'tests'] };
    default:
      return 'none';
  }
}
