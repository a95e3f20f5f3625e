/** What commands are given: a run by its names. */
export interface RunReference {
  readonly context: string;
  readonly run: string;
}

/** Undefined for what is no reference: commands may be called by anybody with anything. */
export function referenceOf(value: unknown): RunReference | undefined {
  if (typeof value !== 'object' || value === null || !('context' in value) || !('run' in value)) return undefined;
  const { context, run } = value;
  return typeof context === 'string' && typeof run === 'string' ? { context, run } : undefined;
}
