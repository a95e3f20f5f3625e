import * as z from 'zod';

/** What Tekton's entrypoint says of a step in its container's termination message. */
export interface TerminationMessage {
  /** When the step itself began, epoch ms; its container began with the pod. Undefined when its turn never came. */
  readonly startedAt: number | undefined;
  /** The program's exit code where the container hides it (`onError: continue`); -1 where a signal ended it. */
  readonly exitCode: number | undefined;
  /** `Skipped`, `Continued`, `TimeoutExceeded`, … */
  readonly reason: string | undefined;
  /** Results that the step wrote, by name. */
  readonly results: ReadonlyMap<string, string>;
}

const nothing: TerminationMessage = {
  startedAt: undefined,
  exitCode: undefined,
  reason: undefined,
  results: new Map(),
};
const longest = 65_536;
/** Entries with this type are Tekton's own; a task's results, which anybody may write, have another. */
const internalTypes: ReadonlySet<unknown> = new Set([3, 'InternalTektonResult']);
const resultTypes: ReadonlySet<unknown> = new Set([1, 'TaskRunResult']);
const entriesSchema = z.array(z.object({ key: z.string(), value: z.string(), type: z.unknown() }));

/** Reads a message; anything else than Tekton's form says nothing. */
export function parseTerminationMessage(message: string | undefined): TerminationMessage {
  if (message === undefined || message.length > longest || !message.startsWith('[')) return nothing;
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return nothing;
  }
  const entries = entriesSchema.safeParse(value);
  if (!entries.success) return nothing;
  const read = (key: string): string | undefined =>
    entries.data.findLast((entry) => entry.key === key && internalTypes.has(entry.type))?.value;
  const startedAt = Date.parse(read('StartedAt') ?? '');
  const exitCode = Number(read('ExitCode') ?? Number.NaN);
  const results = entries.data
    .filter(({ type }) => resultTypes.has(type))
    .map((entry) => [entry.key, entry.value] as const);
  return {
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    exitCode: Number.isSafeInteger(exitCode) ? exitCode : undefined,
    reason: read('Reason'),
    results: new Map(results),
  };
}
