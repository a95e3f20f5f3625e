import * as z from 'zod';

/** What submission, cancel and prune read of the objects that they meet; everything else is left out. */

const names = z.record(z.string(), z.string()).default({});

export const ownerSchema = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() });
export type Owner = z.output<typeof ownerSchema>;

export const metadataSchema = z.object({
  name: z.string(),
  uid: z.string(),
  /** RFC 3339, the server's clock. */
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  labels: names,
  annotations: names,
  ownerReferences: z.array(ownerSchema).default([]),
});
export type Metadata = z.output<typeof metadataSchema>;

/** Any object, as far as its identity goes. */
export const objectSchema = z.object({ metadata: metadataSchema });
export type ClusterObject = z.output<typeof objectSchema>;

/** What a dry run answers: an object without an identity. */
export const dryRunSchema = z.object({ kind: z.string().optional() });

export const configMapSchema = objectSchema.extend({
  data: names,
  /** Base64. */
  binaryData: names,
});
export type ConfigMap = z.output<typeof configMapSchema>;

export const claimSchema = objectSchema.extend({
  status: z.object({ phase: z.string().optional() }).optional(),
});

const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const volumeSchema = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string().optional() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});
const mountSchema = z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() });
const taskSchema = z.object({
  name: z.string(),
  taskSpec: z
    .object({
      volumes: z.array(volumeSchema).default([]),
      steps: z
        .array(z.object({ name: z.string().default(''), volumeMounts: z.array(mountSchema).default([]) }))
        .default([]),
      stepTemplate: z.object({ volumeMounts: z.array(mountSchema).default([]) }).optional(),
    })
    .optional(),
});

// Of a PipelineRun that somebody else made, or of a version to come, what is not understood is as if it were not there.
const pipelineSpecSchema = z
  .object({ tasks: z.array(taskSchema).default([]), finally: z.array(z.unknown()).default([]) })
  .optional()
  .catch(undefined);

export const pipelineRunSchema = objectSchema.extend({
  spec: z.object({ status: z.string().optional(), pipelineSpec: pipelineSpecSchema }),
  status: z
    .object({
      conditions: z.array(conditionSchema).default([]),
      completionTime: z.string().optional(),
      childReferences: z.array(z.object({ name: z.string().catch('') }).catch({ name: '' })).default([]),
      pipelineSpec: pipelineSpecSchema,
    })
    .optional(),
});
export type PipelineRun = z.output<typeof pipelineRunSchema>;

export const taskRunSchema = objectSchema.extend({
  status: z
    .object({
      /** Undefined where it has none: Tekton leaves the name out, or empty where it was cancelled before. */
      podName: z
        .string()
        .transform((name) => (name === '' ? undefined : name))
        .optional(),
      conditions: z.array(conditionSchema).default([]),
    })
    .optional(),
});
export type TaskRun = z.output<typeof taskRunSchema>;

const containerStateSchema = z.object({
  running: z.object({ startedAt: z.string().nullish() }).optional(),
  waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
  terminated: z
    .object({ exitCode: z.number(), reason: z.string().optional(), message: z.string().optional() })
    .optional(),
});

export const podSchema = objectSchema.extend({
  spec: z.object({ nodeName: z.string().optional(), volumes: z.array(volumeSchema).default([]) }).optional(),
  status: z
    .object({
      phase: z.string().optional(),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(conditionSchema).default([]),
      containerStatuses: z.array(z.object({ name: z.string(), state: containerStateSchema.default({}) })).default([]),
      initContainerStatuses: z
        .array(z.object({ name: z.string(), state: containerStateSchema.default({}) }))
        .default([]),
    })
    .optional(),
});
export type Pod = z.output<typeof podSchema>;

/** Names only: the values of a Secret never get further than the parser. */
export const secretSchema = z.object({
  metadata: z.object({ name: z.string() }),
  type: z.string().optional(),
  data: z.record(z.string(), z.unknown()).default({}),
});
