import type { Run } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';

/** Which run a person means. */
export interface RunReference {
  /** A run's name, the beginning of it, or `last`. */
  readonly run: string;
  readonly context: string | undefined;
}

/** Finds the run. @throws SlipwayError `run.notFound`, `usage` where several may be meant */
export async function findRun(core: CliCore, { run, context }: RunReference, signal: AbortSignal): Promise<Run> {
  return core.handlers['runs/get']({ run, ...(context === undefined ? {} : { context }) }, signal);
}

/** How requests name it. */
export function refOf(run: Run): { run: string; context: string } {
  return { run: run.name, context: run.context };
}
