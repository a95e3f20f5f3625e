/** A command as completion sees it: names and what can follow. */
export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandShape[];
  readonly options: readonly OptionShape[];
  readonly operands: readonly OperandShape[];
}

export interface OptionShape {
  /** `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value is; undefined for a switch. */
  readonly value: ValueKind | undefined;
}

export interface OperandShape {
  readonly value: ValueKind;
  /** Takes all words that follow. */
  readonly variadic: boolean;
}

/** Where the candidates for a value come from. `none`: only the person knows. */
export type ValueKind = 'run' | 'file' | 'context' | 'none' | { readonly choices: readonly string[] };

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand at a place of the command line. Files, runs and contexts are looked up by the caller. */
export interface Candidates {
  readonly words: readonly Candidate[];
  readonly lookUp: 'files' | 'runs' | 'contexts' | undefined;
}

const nothing: Candidates = { words: [], lookUp: undefined };

/**
 * Candidates for the last of `words`, which may be empty or half typed.
 * @param words without the program's own name
 */
export function completeWords(root: CommandShape, words: readonly string[]): Candidates {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  // What follows `--` is a command of the person's own.
  if (before.includes('--')) return { words: [], lookUp: 'files' };
  const { command, operands, pending } = walk(root, before);
  if (pending !== undefined) return candidatesOf(pending, typed);
  if (typed.startsWith('-')) return { words: startingWith(typed, optionCandidates(command)), lookUp: undefined };
  const subcommands =
    operands === 0 ? command.commands.map(({ name, description }) => ({ value: name, description })) : [];
  const matching = startingWith(typed, subcommands);
  const operand = command.operands[operands] ?? command.operands.findLast(({ variadic }) => variadic);
  const values = operand === undefined ? nothing : candidatesOf(operand.value, typed);
  return { words: [...matching, ...values.words], lookUp: values.lookUp };
}

interface Place {
  readonly command: CommandShape;
  /** How many operands of the command stand before. */
  readonly operands: number;
  /** The kind of value that an option before waits for. */
  readonly pending: ValueKind | undefined;
}

function walk(root: CommandShape, words: readonly string[]): Place {
  let command = root;
  let operands = 0;
  let pending: ValueKind | undefined;
  for (const word of words) {
    if (pending !== undefined) {
      pending = undefined;
    } else if (word.startsWith('-')) {
      pending = command.options.find(({ flags }) => flags.includes(word))?.value;
    } else {
      const next = operands === 0 ? command.commands.find(({ name }) => name === word) : undefined;
      if (next === undefined) operands += 1;
      else command = next;
    }
  }
  return { command, operands, pending };
}

function candidatesOf(kind: ValueKind, typed: string): Candidates {
  if (typeof kind === 'object') {
    return {
      words: startingWith(
        typed,
        kind.choices.map((value) => ({ value, description: '' })),
      ),
      lookUp: undefined,
    };
  }
  switch (kind) {
    case 'run':
      return { words: startingWith(typed, [{ value: 'last', description: 'the newest run' }]), lookUp: 'runs' };
    case 'file':
      return { words: [], lookUp: 'files' };
    case 'context':
      return { words: startingWith(typed, [{ value: 'local', description: 'this machine' }]), lookUp: 'contexts' };
    case 'none':
      return nothing;
  }
}

function optionCandidates(command: CommandShape): Candidate[] {
  return command.options.flatMap(({ flags, description }) =>
    flags.filter((flag) => flag.startsWith('--')).map((value) => ({ value, description })),
  );
}

function startingWith(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed));
}
