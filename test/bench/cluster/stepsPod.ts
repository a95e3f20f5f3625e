import { stringify } from 'yaml';
import * as z from 'zod';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { claimOf } from './barePod.ts';
import { never, timedMs, type BenchSpace } from './benchSpace.ts';

const stepSchema = z.looseObject({
  name: z.string(),
  command: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).default([]),
  computeResources: z.looseObject({}).optional(),
});
const templateSchema = z.looseObject({
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  volumeMounts: z.array(z.looseObject({ name: z.string() })),
  securityContext: z.looseObject({}).optional(),
});
const taskSpecSchema = z.object({
  volumes: z.array(z.looseObject({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() })),
  stepTemplate: templateSchema,
  steps: z.array(stepSchema),
});
const pipelineRunSchema = z.object({
  spec: z.object({
    taskRunTemplate: z.object({ podTemplate: z.looseObject({}) }),
    pipelineSpec: z.object({ tasks: z.array(z.object({ taskSpec: taskSpecSchema })) }),
  }),
});

/**
 * The steps of a run that is there, as they are, one after the other in a bare pod with a volume of its own: init
 * containers, which is how a pod without Tekton runs one container after another, and the last step as its container.
 * @returns ms from the first kubectl to the end that kubectl sees
 */
export async function sameSteps(space: BenchSpace, run: string, name: string): Promise<number> {
  const path = { type: resources.pipelineRuns, namespace: space.namespace, name: run };
  const { spec } = await space.api.get(path, pipelineRunSchema, never);
  const [task] = spec.pipelineSpec.tasks;
  if (task === undefined) throw new Error(`${run} has no task`);
  const { steps, stepTemplate, volumes } = task.taskSpec;
  const containers = steps.map((step) => containerOf(step, stepTemplate));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...spec.taskRunTemplate.podTemplate,
      restartPolicy: 'Never',
      initContainers: containers.slice(0, -1),
      containers: containers.slice(-1),
      volumes: volumes.map((volume) =>
        volume.persistentVolumeClaim === undefined ? volume : { ...volume, persistentVolumeClaim: { claimName: name } },
      ),
    },
  };
  const objects = [claimOf(name), pod].map((object) => stringify(object)).join('---\n');
  const file = await space.machine.machine.write(`${name}.yaml`, objects);
  return timedMs(async () => {
    await space.kubectl('create', '-f', file);
    await space.kubectl('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=180s');
  });
}

function containerOf(step: z.output<typeof stepSchema>, template: z.output<typeof templateSchema>): object {
  // What Tekton would put in the place of the name of a result.
  const env = [...template.env, ...step.env].map(({ name, value }) => ({
    name,
    value: value.startsWith('$(results.') ? '/slipway/run/result' : value,
  }));
  return {
    name: step.name,
    image: template.image,
    command: step.command,
    env,
    resources: step.computeResources ?? {},
    securityContext: template.securityContext,
    volumeMounts: [...template.volumeMounts, ...step.volumeMounts],
  };
}
