/**
 * Jobs: commands that go on in a DevEnv without anybody connected, by the program `job` in its image. Start reading at
 * devEnvJobs.ts.
 */
export * from './devEnvJobs.ts';
