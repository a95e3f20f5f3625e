import type { KubernetesObject } from '../../shared/src/pipeline/index.ts';

const step = { name: 'a', image: 'testbed.local/busybox:1', script: 'true' };

/** A PipelineRun with one task. */
export function mistaken(
  namespace: string,
  name: string,
  spec: object,
  pipelineSpec: object,
  task: object,
): KubernetesObject {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name, namespace },
    spec: {
      ...spec,
      pipelineSpec: { ...pipelineSpec, tasks: [{ name: 'build', taskSpec: { steps: [step] }, ...task }] },
    },
  };
}

const claim = (name: string, claimName: string): object => ({ name, persistentVolumeClaim: { claimName } });

/** PipelineRuns that a cluster accepts and that fail there, by the reason of the PipelineRun or of its TaskRun. */
export function mistakenRuns(namespace: string): Readonly<Record<string, KubernetesObject>> {
  const made = (name: string, spec: object, pipelineSpec: object, task: object): KubernetesObject =>
    mistaken(namespace, name, spec, pipelineSpec, task);
  const both = { workspaces: [{ name: 'data' }, { name: 'cache' }] };
  return {
    InvalidWorkspaceBindings: made('unbound', {}, { workspaces: [{ name: 'data' }] }, {}),
    CreateRunFailed: made('undeclared', {}, {}, { workspaces: [{ name: 'source', workspace: 'data' }] }),
    ParameterMissing: made('parameter', {}, { params: [{ name: 'x' }] }, {}),
    InvalidTaskRunSpecs: made('unknown-task', { taskRunSpecs: [{ pipelineTaskName: 'biuld' }] }, {}, {}),
    TaskRunValidationFailed: made('two-claims', { workspaces: [claim('data', 'a'), claim('cache', 'b')] }, both, {
      ...both,
      taskSpec: { steps: [step], ...both },
    }),
  };
}
