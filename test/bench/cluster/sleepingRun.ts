import { stringify } from 'yaml';
import * as z from 'zod';
import { resources } from '../../../shared/src/kubernetes/index.ts';
import { claimOf } from './barePod.ts';
import { never, timedMs, type BenchSpace } from './benchSpace.ts';

const volumesSchema = z.array(z.looseObject({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }));
const taskSpecSchema = z.looseObject({ volumes: volumesSchema, steps: z.array(z.looseObject({ name: z.string() })) });
const pipelineRunSchema = z.object({
  spec: z.looseObject({
    pipelineSpec: z.looseObject({ tasks: z.array(z.looseObject({ taskSpec: taskSpecSchema })) }),
  }),
});

/**
 * The PipelineRun of a run that is there, once more with a volume of its own and with steps that only sleep as long as that
 * run's took: what is left of the time is Tekton's and the kubelet's.
 * @param seconds by step
 * @returns ms from the first kubectl to the end that kubectl sees
 */
export async function sleepingRun(
  space: BenchSpace,
  run: string,
  name: string,
  seconds: ReadonlyMap<string, number>,
): Promise<number> {
  const path = { type: resources.pipelineRuns, namespace: space.namespace, name: run };
  const { spec } = await space.api.get(path, pipelineRunSchema, never);
  const tasks = spec.pipelineSpec.tasks.map((task) => ({
    ...task,
    taskSpec: {
      ...task.taskSpec,
      volumes: task.taskSpec.volumes.map((volume) =>
        volume.persistentVolumeClaim === undefined ? volume : { ...volume, persistentVolumeClaim: { claimName: name } },
      ),
      steps: task.taskSpec.steps.map((step) => ({
        ...step,
        command: ['sleep', (seconds.get(step.name) ?? 0).toFixed(3)],
      })),
    },
  }));
  const copy = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name },
    spec: { ...spec, pipelineSpec: { ...spec.pipelineSpec, tasks } },
  };
  const objects = [claimOf(name), copy].map((object) => stringify(object)).join('---\n');
  const file = await space.machine.machine.write(`${name}.yaml`, objects);
  return timedMs(async () => {
    await space.kubectl('create', '-f', file);
    await space.kubectl('wait', `pipelinerun/${name}`, '--for=condition=Succeeded', '--timeout=300s');
  });
}
