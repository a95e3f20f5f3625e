/** What went wrong, for people. */
export interface Trouble {
  readonly message: string;
  /** What to do next. */
  readonly action: string | undefined;
}

/** Undefined for what the panel itself called off. Hosts may rebuild errors: only their fields count here, not their class. */
export function troubleOf(error: unknown, signal?: AbortSignal): Trouble | undefined {
  if (signal?.aborted === true) return undefined;
  if (!(error instanceof Error)) return { message: String(error), action: undefined };
  const action = 'action' in error && typeof error.action === 'string' ? error.action : undefined;
  return { message: error.message, action };
}
