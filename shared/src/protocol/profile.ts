import * as z from 'zod';
import { s3AddressingSchema } from './job.ts';
import { linkTemplatesSchema } from './links.ts';

/** A Kubernetes quantity: `500m`, `16Gi`, `1`. Literal: Tekton takes no variable here. */
export const quantitySchema = z.string().regex(/^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/);

const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

/** A path inside a volume: relative, forward slashes, no `.` or `..` parts, none of the signs that Kubernetes or Tekton expand. */
const subPath = z
  .string()
  .min(1)
  .max(512)
  .regex(/^(?!\.{1,2}(\/|$))[\w.-][\w. -]*(\/(?!\.{1,2}(\/|$))[\w.-][\w. -]*)*$/);

export const tolerationSchema = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(['Equal', 'Exists']).optional(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});

/** A named size. `resources` are further limits by resource name, such as HAMi's `nvidia.com/gpumem`. */
export const instanceTypeSchema = z.strictObject({
  cpu: quantitySchema,
  memory: quantitySchema,
  gpus: z.int().nonnegative().optional(),
  resources: z.record(z.string(), quantitySchema).optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  tolerations: z.array(tolerationSchema).optional(),
});
export type InstanceType = z.infer<typeof instanceTypeSchema>;

const claimSchema = z.strictObject({ claimName: objectName, subPath: subPath.optional() });

/** Where a run's folder lies: a claim that is there already, or a claim of the run's own. */
export const runVolumeSchema = z.union([
  claimSchema.extend({ kind: z.literal('claim') }),
  z.strictObject({
    kind: z.literal('perRun'),
    size: quantitySchema,
    storageClassName: objectName.optional(),
    accessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod']).optional(),
  }),
]);

/**
 * What a platform engineer hands out: how runs look on a team's cluster. Everything is optional in the file but `image`;
 * what a job spec says goes before it. PRODUCT.md "team profile".
 */
export const teamProfileSchema = z.strictObject({
  image: z.string().min(1).describe('Container image of the steps; needs bash, coreutils and Python 3.9 or newer.'),
  images: z.array(z.string().min(1)).optional().describe('Further images to offer.'),
  imagePullSecrets: z.array(objectName).optional(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  instanceTypes: z.record(z.string(), instanceTypeSchema).optional(),
  defaultInstanceType: z.string().optional(),
  gpuResource: z.string().optional().describe('Default nvidia.com/gpu.'),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  tolerations: z.array(tolerationSchema).optional(),
  schedulerName: objectName.optional(),
  priorityClassName: objectName.optional(),
  runtimeClassName: objectName.optional(),
  serviceAccountName: objectName.optional(),
  securityContext: z
    .strictObject({
      runAsUser: z.int().nonnegative().optional(),
      runAsGroup: z.int().nonnegative().optional(),
      fsGroup: z.int().nonnegative().optional(),
      supplementalGroups: z.array(z.int().nonnegative()).optional(),
    })
    .optional()
    .describe('Left out: what the image and the namespace (OpenShift) say.'),
  restricted: z.boolean().optional().describe('Fulfil PodSecurity "restricted". Default true.'),
  rootPrepare: z
    .boolean()
    .optional()
    .describe('Allow one root step that makes the run’s folder writable. Default false.'),
  volume: runVolumeSchema.optional().describe('Default: a claim of 10Gi for each run.'),
  cache: claimSchema.optional().describe('Built environments and downloads, shared by runs.'),
  datasets: z.record(z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/), claimSchema).optional(),
  mirrors: z
    .strictObject({
      pipIndexUrl: z.url().optional(),
      pipTrustedHosts: z.array(z.string()).optional(),
      condaChannels: z.array(z.string()).optional(),
      huggingFaceUrl: z.url().optional().describe('Instead of https://huggingface.co; the runs see it as HF_ENDPOINT.'),
    })
    .optional(),
  s3: z
    .strictObject({
      endpoint: z.url().optional(),
      region: z.string().optional(),
      addressing: s3AddressingSchema.optional(),
    })
    .optional()
    .describe('Where datasets at s3://… are fetched from. Default: Amazon’s, in us-east-1.'),
  sharedMemory: quantitySchema.optional().describe('Size of /dev/shm. Default half of the memory.'),
  git: z
    .strictObject({ url: z.string().min(1) })
    .optional()
    .describe('A repository that "slipway doctor" tries to reach from a pod.'),
  links: linkTemplatesSchema
    .optional()
    .describe(
      'Pages about a run, by name: https://grafana.example/d/gpu?var-pod={pod}. Also {run}, {namespace}, {user}, {context}.',
    ),
  devEnv: z
    .strictObject({
      image: z
        .string()
        .min(1)
        .optional()
        .describe('Default: the image of runs; it has to be made as docs/platform/devenv says.'),
      images: z.array(z.string().min(1)).optional().describe('Further images to offer.'),
      instanceType: z.string().optional().describe('Default: defaultInstanceType.'),
      diskSize: quantitySchema.optional().describe('Of a workspace; default 20Gi.'),
      storageClassName: objectName.optional(),
      accessMode: z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod']).optional(),
      idleStop: z
        .string()
        .max(32)
        .optional()
        .describe('Stop after so long without work: 4h (the default), 90m, never.'),
    })
    .optional()
    .describe(
      'How DevEnvs look; what runs and DevEnvs have in common (selector, tolerations, security context) is said above.',
    ),
  stepLimits: z.boolean().optional().describe('Limits on every step, where a quota demands them. Default false.'),
});
export type TeamProfile = z.infer<typeof teamProfileSchema>;
