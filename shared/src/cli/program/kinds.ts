import { Argument, InvalidArgumentError, Option } from 'commander';
import type { OutputFormat } from '../session.ts';

/** Options that several commands share. New ones each time: commander keeps state in them. */

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'print text for people, or one JSON object for programs')
    .choices(['text', 'json'])
    .default('text', 'text');
}

export function contextOption(description = 'where it runs, or ran'): Option {
  return new Option('--context <name>', description);
}

export function detachOption(): Option {
  return new Option('-d, --detach', 'start it, print its name and return');
}

export function parameterOption(): Option {
  return new Option('-p, --parameter <name=value>', 'set a notebook parameter; may be repeated')
    .argParser(collect)
    .default([], 'none');
}

export function scopeOption(): Option {
  return new Option('--scope <scope>', 'ask for this scope with the sign-in; may be repeated')
    .argParser(collect)
    .default([], 'openid, profile, email, groups');
}

export function runArgument(name = '<run>'): Argument {
  return new Argument(name, 'a run: its name, the beginning of it, or "last"');
}

/** The steps of our pipeline, all of them, as an option's description says them. A literal: the protocol would be read for every command. */
export const stepChoice = 'dataset, clone, prepare, notebook, command, report, test or collect';

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** @throws InvalidArgumentError for anything but a whole number above zero */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number above zero.');
}

export interface OutputFlag {
  readonly output: OutputFormat;
}

export interface ContextFlag {
  readonly context?: string;
}
