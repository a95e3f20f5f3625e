import type { Run } from '../../protocol/index.ts';

/** The command that follows a run in a terminal. Names that a shell might read differently are quoted. */
export function commandFor({ name, context }: Pick<Run, 'name' | 'context'>): string {
  return `slipway watch ${quoted(name)} --context ${quoted(context)}`;
}

function quoted(word: string): string {
  return /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
