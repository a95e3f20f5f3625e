import * as z from 'zod';
import { quantitySchema } from './profile.ts';

/**
 * `stopped`: there is no pod that runs. `failed`: its pod cannot come up or broke off, `reason` says why. `stopping`: the pod is
 * about to end.
 */
export const devEnvStateSchema = z.enum(['stopped', 'starting', 'running', 'stopping', 'failed']);
export type DevEnvState = z.infer<typeof devEnvStateSchema>;

const claimName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

/** Another claim of the space that the DevEnv sees. */
export const devEnvVolumeSchema = z.strictObject({
  claimName,
  /** Absolute; not `/workspace` nor in it. */
  mountPath: z
    .string()
    .max(512)
    .regex(/^\/[\w.-]+(\/[\w.-]+)*$/),
  readOnly: z.boolean().optional(),
});
export type DevEnvVolume = z.infer<typeof devEnvVolumeSchema>;

/** What a person asks for. What is left out is decided by the team profile. */
export const devEnvSpecSchema = z.strictObject({
  image: z.string().min(1).max(1024).optional(),
  /** As for runs: a name in the profile, or a size spelled out, such as `gpu-1x-16c-32g-1gpu`. */
  instanceType: z.string().max(253).optional(),
  /** Instead of the instance type's number of GPUs. */
  gpus: z.int().nonnegative().max(16).optional(),
  /** Of the workspace. It can grow, where the StorageClass lets it, and never shrinks. */
  diskSize: quantitySchema.optional(),
  /** Stop after so long without work: `4h`, `90m`; `never`. */
  idleStop: z.string().max(32).optional(),
  volumes: z.array(devEnvVolumeSchema).max(16).optional(),
});
export type DevEnvSpec = z.infer<typeof devEnvSpecSchema>;

/** A DevEnv as it is shown: a personal dev pod, its workspace claim, its SSH Secret. */
export const devEnvSchema = z.object({
  context: z.string(),
  namespace: z.string(),
  /** `devenv-alice`: the pod and its claim are called so. */
  name: z.string(),
  /** Whom the cluster knew who made it. */
  owner: z.string().optional(),
  /** Made by who asks. */
  mine: z.boolean(),
  state: devEnvStateSchema,
  /** A sentence: what it waits for while it starts, why it stopped ("stopped after 2 h idle") or failed. */
  reason: z.string().optional(),
  /** What helps, where it failed or cannot go on. */
  action: z.string().optional(),
  image: z.string(),
  instanceType: z.string().optional(),
  /** Quantities. */
  cpu: z.string(),
  memory: z.string(),
  gpus: z.int().nonnegative(),
  disk: z.object({
    claimName: z.string(),
    /** Quantity. */
    size: z.string(),
    /** As the pod says, where it runs. */
    usedBytes: z.number().nonnegative().optional(),
    totalBytes: z.number().nonnegative().optional(),
  }),
  volumes: z.array(devEnvVolumeSchema),
  idle: z.object({
    /** 0: never. */
    stopAfterMs: z.number().nonnegative(),
    /** For so long nobody has worked there, as the pod says; undefined where it does not run or cannot be asked. */
    idleMs: z.number().nonnegative().optional(),
    /** Epoch ms; there once people were warned. */
    stopsAt: z.number().optional(),
  }),
  /** What it was asked to be, for a form that changes it. */
  spec: devEnvSpecSchema,
  /** Epoch ms. */
  createdAt: z.number().optional(),
  /** Epoch ms of the pod's start. */
  startedAt: z.number().optional(),
  /** Epoch ms; there while it starts: since then it waits for what `reason` says. */
  startingSince: z.number().optional(),
  /** How the last pod ended that the cluster put out: evicted, its node shut down, out of memory. There until somebody stops it. */
  lastEnd: z.object({ reason: z.string(), /** Epoch ms. */ at: z.number() }).optional(),
  /** What `ssh` calls it: `devenv-alice.team-a`. There once this machine was connected (`devenvs/connect`). */
  host: z.string(),
});
export type DevEnv = z.infer<typeof devEnvSchema>;

/** A machine that may log in: a line of the DevEnv's `authorized_keys`. */
export const devEnvDeviceSchema = z.object({
  /** `SHA256:…`, as ssh-keygen shows it. */
  fingerprint: z.string(),
  /** The line's comment. */
  name: z.string(),
  /** This machine. */
  current: z.boolean(),
});
export type DevEnvDevice = z.infer<typeof devEnvDeviceSchema>;

/** What a form for a new DevEnv offers. */
export const devEnvOptionsSchema = z.object({
  /** A name that is free. */
  name: z.string(),
  images: z.array(z.string()),
  instanceTypes: z.array(
    z.object({ name: z.string(), cpu: z.string(), memory: z.string(), gpus: z.int(), default: z.boolean() }),
  ),
  diskSize: z.string(),
  idleStop: z.string(),
});
export type DevEnvOptions = z.infer<typeof devEnvOptionsSchema>;

/** How to reach a DevEnv from this machine by SSH. */
export const devEnvConnectionSchema = z.object({
  /** For `ssh HOST` and `ssh-remote+HOST`. */
  host: z.string(),
  user: z.string(),
  workspace: z.string(),
  /** Our own ssh config file; absolute. */
  configFile: z.string(),
  /** The file with the Include line or our block; undefined where the person's ssh config was not touched. */
  includedIn: z.string().optional(),
  /** `ssh HOST` where that works, else with `-F`. */
  command: z.string(),
  /** Of the DevEnv's host key: `SHA256:…`. */
  hostKeyFingerprint: z.string(),
  /** Settings of the person's own config that win over ours, in words. */
  conflicts: z.array(z.string()),
});
export type DevEnvConnection = z.infer<typeof devEnvConnectionSchema>;

/** A command that goes on in a DevEnv without anybody connected (`slipway devenv run`). */
export const devEnvJobSchema = z.object({
  id: z.string(),
  command: z.array(z.string()),
  title: z.string(),
  cwd: z.string(),
  /** `lost`: the pod ended before it. */
  state: z.enum(['running', 'succeeded', 'failed', 'stopped', 'lost']),
  exitCode: z.int().optional(),
  /** Epoch ms. */
  startedAt: z.number(),
  endedAt: z.number().optional(),
  logBytes: z.number().nonnegative(),
});
export type DevEnvJob = z.infer<typeof devEnvJobSchema>;

/** One hop on the way to a DevEnv: `api`, `pod`, `tunnel`, `ssh`, `latency`, `upload`, `download`. */
export const devEnvHopSchema = z.object({
  name: z.enum(['api', 'pod', 'tunnel', 'ssh', 'latency', 'upload', 'download']),
  outcome: z.enum(['pass', 'warn', 'fail', 'skipped']),
  /** A sentence with what was measured, or why it failed. */
  detail: z.string(),
  fix: z.string().optional(),
  durationMs: z.number(),
  bytesPerSecond: z.number().optional(),
});
export type DevEnvHop = z.infer<typeof devEnvHopSchema>;

/** How a transfer stands, several times a second at most. */
export const transferProgressSchema = z.object({
  files: z.int(),
  totalFiles: z.int(),
  bytes: z.number(),
  totalBytes: z.number(),
  /** Undefined until something can be said. */
  bytesPerSecond: z.number().optional(),
  leftMs: z.number().optional(),
  /** The file that is under way. */
  path: z.string().optional(),
  /** Why it waits: "connection lost, trying again". */
  waiting: z.string().optional(),
});
export type TransferProgress = z.infer<typeof transferProgressSchema>;

export const transferOutcomeSchema = z.object({
  files: z.int(),
  bytes: z.number(),
  /** Files that were there already, the same. */
  unchangedFiles: z.int(),
  /** Files that were deleted at the destination (`delete`). */
  deletedFiles: z.int(),
  /** What was not taken, and why: links that lead out, files that changed meanwhile, names that cannot be. */
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Of a dry run: what would be done, the first thousand of it. Paths are those below the source, or below the destination. */
  planned: z.array(z.object({ path: z.string(), action: z.enum(['copy', 'delete']) })).optional(),
  durationMs: z.number(),
});
export type TransferOutcome = z.infer<typeof transferOutcomeSchema>;
