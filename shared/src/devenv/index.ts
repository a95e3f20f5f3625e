/**
 * DevEnvs: personal dev pods with a workspace that lasts. Their objects and life, SSH keys and config on this machine, the tunnel
 * through the Kubernetes API, jobs, transfers. Start reading at access.ts.
 */
export * from './access.ts';
