/**
 * Identity: the contexts, that is the named places to run as someone. Touches `contexts.yaml` alone; signing in comes later.
 * Start reading at contexts.ts.
 */
export * from './contexts.ts';
