import type { StepName } from '../../protocol/index.ts';

/**
 * Where a pattern is looked for:
 * - `error`: `Name: message` of the cell that raised, else of the traceback with which the step's log ends
 * - `toolError`: the same, but only of papermill, nbconvert, pip or pytest themselves
 * - `reason`: the words with which the step's script said why it failed
 * - `log`: the end of the failing step's log; never when a cell raised, because then the log tells of other things
 * - `logEnd`: its last three lines that say something
 * - `state`: the state of the run: `failed`, `timedOut`, `lost`
 * - `cluster`: what the cluster says, a fact a line, the one that can be trusted most first: `REASON: message` of conditions,
 *   `step-NAME: OOMKilled, memory limit 4Gi` and `step-NAME: Killed, memory limit 4Gi` of containers, and of events where no step came to run
 */
export type Look = 'error' | 'toolError' | 'reason' | 'log' | 'logEnd' | 'state' | 'cluster';

/**
 * One known failure, as data. Sentences may use the named groups of the patterns and `{run}`, `{step}`, `{exitCode}`,
 * `{reason}`, `{title}`, `{state}`, `{place}` ("cell 7", "the command"), `{cell}` (only if a cell raised), `{error}`,
 * `{message}`, `{package}` and `{importName}` (what pip calls a missing module, and its own name if that is another).
 * A sentence with a value missing is left out.
 */
export interface CatalogueEntry {
  /** Stable: hosts and scripts may branch on it. */
  readonly id: string;
  /** The row of the failure catalogue that it comes from; `none` for what that does not list. */
  readonly source: string;
  readonly look: Look;
  readonly pattern: RegExp;
  /** Only when one of these steps failed. */
  readonly steps?: readonly StepName[];
  /** Only with one of these exit codes. */
  readonly exitCodes?: readonly number[];
  /** More to find, for the sentences and as evidence; what is not found only leaves its groups empty. */
  readonly details?: readonly { readonly look: Look; readonly pattern: RegExp }[];
  /** Names to collect from the log, one a match: the first group. `pattern` is global. */
  readonly list?: { readonly name: string; readonly pattern: RegExp; readonly most: number };
  /** The cause in one sentence; the first that can be filled is taken, and without one the entry does not fit. */
  readonly causes: readonly string[];
  readonly fixes: readonly string[];
}
