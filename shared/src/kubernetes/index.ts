/**
 * Kubernetes: API access as one user of one cluster. Requests, watches, logs, exec, port-forward, file transfer, and the
 * wording of their failures. Touches the network, kubeconfig files and exec plugins; decides nothing about runs.
 * Start reading at api.ts.
 */
export * from './api.ts';
export * from './reflector/index.ts';
export * from './resources.ts';
