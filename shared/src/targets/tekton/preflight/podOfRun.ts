import * as z from 'zod';
import { containerOf, type KubernetesObject } from '../../../pipeline/index.ts';

const fields = z.record(z.string(), z.unknown());
const stepSchema = fields.and(z.object({ name: z.string(), computeResources: z.unknown().optional() }));
const runSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    taskRunTemplate: z
      .object({ serviceAccountName: z.string().optional(), podTemplate: fields.default({}) })
      .default({ podTemplate: {} }),
    pipelineSpec: z.object({
      tasks: z.array(
        z.object({
          name: z.string(),
          taskSpec: z.object({
            volumes: z.array(z.unknown()).default([]),
            stepTemplate: fields.default({}),
            steps: z.array(stepSchema),
          }),
        }),
      ),
    }),
  }),
});

/** Fields of a step that are no fields of a container. */
const ofTekton = new Set(['script', 'onError', 'timeout', 'results', 'when', 'computeResources', 'workspaces', 'name']);

/**
 * The pod that Tekton would make of our last task, as far as admission looks at it: containers, security, resources, volumes.
 * Tekton's own init containers are not in it. Pure.
 */
export function podOfRun(pipelineRun: KubernetesObject): KubernetesObject {
  const { metadata, spec } = runSchema.parse(pipelineRun);
  const task = spec.pipelineSpec.tasks.at(-1);
  const { serviceAccountName, podTemplate } = spec.taskRunTemplate;
  const template = task?.taskSpec.stepTemplate ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-preflight`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: metadata.labels,
    },
    spec: {
      ...podTemplate,
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      restartPolicy: 'Never',
      volumes: task?.taskSpec.volumes ?? [],
      containers: (task?.taskSpec.steps ?? []).map((step) => {
        const own = Object.fromEntries(Object.entries(step).filter(([name]) => !ofTekton.has(name)));
        return {
          ...template,
          ...own,
          name: containerOf(step.name),
          command: ['true'],
          ...(step.computeResources !== undefined && { resources: step.computeResources }),
        };
      }),
    },
  };
}
