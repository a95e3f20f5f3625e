/**
 * Where a run goes: `RunTarget` is the interface, `local/` and (later) `tekton/` implement it.
 * A target touches processes, files or the cluster; it imports protocol, pipeline, artifacts and kubernetes.
 * Start reading at runTarget.ts.
 */
export * from './runTarget.ts';
export * from './local/index.ts';
