import type { CatalogueEntry } from './entry.ts';

/** What says least: the error as it is, or the exit code's meaning. */
export const programEntries: readonly CatalogueEntry[] = [
  {
    id: 'cellRaised',
    source: 'G1',
    look: 'error',
    pattern: /^[^\n]+/,
    steps: ['notebook'],
    // Where the notebook step failed without a cell, what raised is a tool, and that is not known here.
    causes: ['{error} in {cell}: {message}', '{error} in {cell}'],
    fixes: ['Edit {cell}, then: slipway retry {run} --from notebook'],
  },
  {
    id: 'programRaised',
    source: 'G1',
    look: 'error',
    pattern: /^[^\n]+/,
    steps: ['command'],
    exitCodes: [1],
    causes: ['The command ended with {error}: {message}', 'The command ended with {error}'],
    fixes: ['Edit the program, then: slipway retry {run} --from command'],
  },
  {
    id: 'commandNotFound',
    source: 'none',
    look: 'reason',
    pattern: /^exit code 127: (?<program>[^\n]+) was not found, or something that it starts$/,
    steps: ['command'],
    exitCodes: [127],
    causes: ['{program} was not found on this machine, or something that it starts'],
    fixes: ['Install it or name it by its full path: slipway rerun {run} --edit'],
  },
  {
    id: 'commandNotExecutable',
    source: 'none',
    look: 'reason',
    pattern: /^exit code 126: (?<program>[^\n]+) could not be started$/,
    steps: ['command'],
    exitCodes: [126],
    causes: ['{program} could not be started: it is not executable, or not a program of this machine'],
    fixes: ['Make it executable (chmod +x) or name its interpreter: slipway rerun {run} --edit'],
  },
];
