/**
 * Runs on the user's own machine: a folder and a supervisor process each, a queue shared by all. Touches the data folder,
 * processes and interpreters; decides nothing about what a run means. Start reading at localTarget.ts, then supervisorMain.ts.
 */
export { localDoctor, type DoctorCheck } from './doctor.ts';
export type { LocalTargetOptions } from './localOptions.ts';
export { createLocalTarget } from './localTarget.ts';
export { listKernels, type Kernel, type KernelSearch } from './python/index.ts';
