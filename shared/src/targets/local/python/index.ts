/**
 * Which Python and kernel a local run gets, and which kernels this machine has. Reads files and asks interpreters for
 * their version; changes nothing. Start reading at choosePython.ts.
 */
export { choosePython, type ChoosePythonOptions } from './choosePython.ts';
export { RecentChoice } from './recentChoice.ts';
export {
  planByHelper,
  type EnvironmentPlan,
  type EnvironmentRequest,
  type PlanEnvironment,
} from './environmentPlan.ts';
export { findOnPath } from './findOnPath.ts';
export { listKernels, type Kernel, type KernelSearch } from './kernels.ts';
