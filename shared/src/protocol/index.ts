/**
 * The contract between the core and its hosts: methods, notifications, callbacks and the data they carry, as schemas.
 * Everyone may import it; it imports nothing but zod and runs in a browser too.
 * Start reading at methods.ts.
 */
export * from './artifact.ts';
export * from './bytes.ts';
export * from './check.ts';
export * from './context.ts';
export * from './datasetUrl.ts';
export * from './devEnv.ts';
export * from './devEnvPlaces.ts';
export * from './errors.ts';
export * from './failedStep.ts';
export * from './hosts.ts';
export * from './identity.ts';
export * from './job.ts';
export * from './links.ts';
export * from './log.ts';
export * from './logText.ts';
export * from './methods.ts';
export * from './plan.ts';
export * from './profile.ts';
export * from './quantity.ts';
export * from './run.ts';
export * from './terminalStates.ts';
export * from './version.ts';
