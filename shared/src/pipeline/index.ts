/**
 * The pipeline: the step scripts (`steps/`, the same files on a laptop and in a pod) and the pure code that writes what
 * they read. Pure: no I/O here. Start reading at runFile.ts and steps/README.md.
 */
export * from './runFile.ts';
