/** How runs read pods, for others who make some: what is read of them, and why they wait, in words. */
export {
  claimSchema,
  podSchema,
  explainPod,
  type Claim,
  type ContainerStatus,
  type Pod,
  type PodFacts,
} from './observe/index.ts';
export { whoAmI } from './preflight/index.ts';
export { missingRights, type Right } from './rights/index.ts';
export { readPendingFacts } from './space/pendingFacts.ts';
export { wakeableClock } from './wakeableClock.ts';
