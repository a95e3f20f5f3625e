import * as z from 'zod';

const stateSchema = z.looseObject({
  waiting: z.looseObject({ reason: z.string().optional() }).nullish(),
  running: z.looseObject({}).nullish(),
  terminated: z.looseObject({ exitCode: z.number() }).nullish(),
});
const statusSchema = z.looseObject({ name: z.string(), state: stateSchema.nullish() });

/** What of a pod tells how its containers are. */
export const podSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string() }),
  spec: z.looseObject({
    containers: z.array(z.looseObject({ name: z.string() })),
    initContainers: z.array(z.looseObject({ name: z.string() })).nullish(),
  }),
  status: z
    .looseObject({
      phase: z.string().nullish(),
      containerStatuses: z.array(statusSchema).nullish(),
      initContainerStatuses: z.array(statusSchema).nullish(),
    })
    .nullish(),
});
export type PodFacts = z.output<typeof podSchema>;

/** `unknown`: the pod has no such container; `gone`: there is no pod, or not the one that was followed. */
export type ContainerState = 'waiting' | 'running' | 'terminated' | 'unknown' | 'gone';

/** Tells how a container is; `uid` is the pod's that is meant, where that is known. Pure. */
export function containerState(pod: PodFacts | undefined, container: string, uid: string | undefined): ContainerState {
  if (pod === undefined || (uid !== undefined && pod.metadata.uid !== uid)) return 'gone';
  const { containers, initContainers } = pod.spec;
  if (![...containers, ...(initContainers ?? [])].some(({ name }) => name === container)) return 'unknown';
  const { containerStatuses, initContainerStatuses, phase } = pod.status ?? {};
  const statuses = [...(containerStatuses ?? []), ...(initContainerStatuses ?? [])];
  const state = statuses.find(({ name }) => name === container)?.state;
  if (state?.terminated) return 'terminated';
  if (state?.running) return 'running';
  // An evicted pod may have no state of its containers at all.
  return phase === 'Failed' || phase === 'Succeeded' ? 'terminated' : 'waiting';
}
