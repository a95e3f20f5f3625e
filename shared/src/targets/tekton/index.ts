/**
 * The target `tekton`: runs are PipelineRuns. `submit/` writes to the cluster, `space/` watches it, `observe/` (pure) turns
 * what it says into run events, `follow/` reads logs and files, `preflight/` looks before anything is sent.
 * How it all fits together: docs/decisions/0010-cluster-runs.md. Start reading at tektonTarget.ts.
 */
export type { TektonTargetOptions } from './options.ts';
export { createTektonTarget } from './tektonTarget.ts';
