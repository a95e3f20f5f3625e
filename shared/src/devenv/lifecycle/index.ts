/** The life of DevEnvs on a cluster. Start reading at devEnvService.ts, then spaceDevEnvs.ts and devEnvState.ts (pure). */
export { createDevEnvService, type DevEnvService, type DevEnvServiceOptions } from './devEnvService.ts';
export type { DevEnvChange, DevEnvListener } from './contextWatch.ts';
