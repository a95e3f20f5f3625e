import type { RunState } from './run.ts';

/** The states in which a run has ended. In a file of its own, without schemas: the panels in browsers need it. */
export const terminalStates: ReadonlySet<RunState> = new Set(['succeeded', 'failed', 'cancelled', 'timedOut', 'lost']);
