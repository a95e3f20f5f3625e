import { annotations, labels, labelValue, managedBy } from './names.ts';
import type { ManifestInput } from './manifestInput.ts';
import type { ObjectMetadata } from './kubernetesObject.ts';

/** Milliseconds since the epoch as RFC 3339 in UTC. */
export function timestamp(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Metadata of an object of one run that `prune` removes once it is past its time and has no owner. */
export function expiringMetadata(
  name: string,
  input: Pick<ManifestInput, 'namespace' | 'expiresAt'> & { readonly run: string },
  extra: Readonly<Record<string, string>> = {},
): ObjectMetadata {
  return {
    name,
    namespace: input.namespace,
    labels: { [labels.managedBy]: managedBy, [labels.run]: input.run, ...extra },
    annotations: { [annotations.expires]: timestamp(input.expiresAt) },
  };
}

/** Beyond this the job spec is in `run.json` of the inputs only: Tekton copies annotations to TaskRuns and pods. */
const maxJobSpecBytes = 64 * 1024;
const maxTitle = 1000;

/** Metadata of the PipelineRun: what lists, reruns and retries need to know without reading anything else. */
export function pipelineRunMetadata(input: ManifestInput): ObjectMetadata {
  const { runFile, run } = input;
  const jobSpec = JSON.stringify(runFile.spec);
  const fits = new TextEncoder().encode(jobSpec).length <= maxJobSpecBytes;
  return {
    name: runFile.run,
    namespace: input.namespace,
    labels: {
      [labels.managedBy]: managedBy,
      [labels.run]: runFile.run,
      ...(runFile.notebook && { [labels.notebook]: labelValue(runFile.notebook.name) }),
      [labels.trigger]: labelValue(input.trigger),
    },
    annotations: {
      [annotations.user]: wellFormed(input.user.slice(0, maxTitle)),
      [annotations.title]: wellFormed(run.title.slice(0, maxTitle)),
      [annotations.created]: timestamp(run.createdAt),
      ...(runFile.source && { [annotations.source]: JSON.stringify(runFile.source) }),
      ...(runFile.reuse && { [annotations.reuses]: JSON.stringify(runFile.reuse) }),
      ...(fits && { [annotations.jobSpec]: jobSpec }),
    },
  };
}

/** Half of a surrogate pair cannot travel as UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}
