import * as z from 'zod';
import { anything, flag, integer, listOf, part, text, textList, texts, timestamp } from './lenient.ts';
import { conditionSchema, metadataSchema, runningSchema, terminatedSchema, waitingSchema } from './objects.ts';

/** Quantities may be written as numbers: `nvidia.com/gpu: 1`. */
const quantities = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((values): Readonly<Record<string, string>> => {
    const known = Object.entries(values).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
    return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
  });

export const containerStatusSchema = z.object({
  name: z.string(),
  image: text,
  ready: flag,
  restartCount: integer,
  state: part({ waiting: waitingSchema, running: runningSchema, terminated: terminatedSchema }),
  lastState: part({ terminated: terminatedSchema }),
});
export type ContainerStatus = z.output<typeof containerStatusSchema>;

const tolerationSchema = z.object({ key: text, operator: text, value: text, effect: text });
export type Toleration = z.output<typeof tolerationSchema>;

const containerSchema = z.object({
  name: z.string(),
  image: text,
  resources: part({ limits: quantities, requests: quantities }),
});

/** What is read of a Pod. */
export const podSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    nodeName: text,
    schedulerName: text,
    nodeSelector: texts,
    tolerations: listOf(tolerationSchema),
    affinity: part({ nodeAffinity: anything }),
    containers: listOf(containerSchema),
    volumes: listOf(z.object({ name: text, persistentVolumeClaim: part({ claimName: text }) })),
  }),
  status: part({
    phase: text,
    reason: text,
    message: text,
    startTime: timestamp,
    conditions: listOf(conditionSchema),
    initContainerStatuses: listOf(containerStatusSchema),
    containerStatuses: listOf(containerStatusSchema),
  }),
});
export type Pod = z.output<typeof podSchema>;

/** What is read of an Event (v1). */
export const eventSchema = z.object({
  metadata: metadataSchema,
  involvedObject: part({ kind: text, name: text, uid: text }),
  type: text,
  reason: text,
  message: text,
  count: integer,
  firstTimestamp: timestamp,
  lastTimestamp: timestamp,
  eventTime: timestamp,
  series: part({ count: integer, lastObservedTime: timestamp }),
});
export type ClusterEvent = z.output<typeof eventSchema>;

/** What is read of a Node. */
export const nodeSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    unschedulable: flag,
    taints: listOf(z.object({ key: z.string(), value: text, effect: text })),
  }),
  status: part({ allocatable: quantities, conditions: listOf(conditionSchema) }),
});
export type Node = z.output<typeof nodeSchema>;

/** What is read of a PersistentVolumeClaim. */
export const claimSchema = z.object({
  metadata: metadataSchema,
  spec: part({
    storageClassName: text,
    volumeName: text,
    accessModes: textList,
    resources: part({ requests: quantities }),
  }),
  status: part({ phase: text, capacity: quantities }),
});
export type Claim = z.output<typeof claimSchema>;

/** When an event was last seen, epoch ms. */
export function eventTime(event: ClusterEvent): number {
  return (
    event.series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.firstTimestamp ??
    event.metadata.creationTimestamp ??
    0
  );
}
