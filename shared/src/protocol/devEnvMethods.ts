import * as z from 'zod';
import {
  devEnvConnectionSchema,
  devEnvDeviceSchema,
  devEnvHopSchema,
  devEnvJobSchema,
  devEnvOptionsSchema,
  devEnvSchema,
  devEnvSpecSchema,
  transferOutcomeSchema,
  transferProgressSchema,
} from './devEnv.ts';

const ofDevEnv = { context: z.string(), name: z.string().min(1).max(253) };
const nothing = z.object({});
/** Made by the client; notifications about the request carry it. */
const id = z.string().min(1).max(128);

/** From making a DevEnv to deleting it. */
const lifecycleRequests = {
  /** Those of one context's space, or of all contexts; what could not be asked is told, and hides nothing else. */
  'devenvs/list': {
    params: z.object({ context: z.string().optional() }),
    result: z.object({
      devEnvs: z.array(devEnvSchema),
      problems: z.array(z.object({ context: z.string(), message: z.string(), action: z.string().optional() })),
    }),
  },
  /** With how idle it is and how full its disk, as its pod says. */
  'devenvs/get': { params: z.object(ofDevEnv), result: devEnvSchema },
  /** From now on `devenv/changed` and `devenv/deleted` tell of every change; those there are come at once. */
  'devenvs/watch': { params: z.object({ context: z.string().optional() }), result: z.object({ watch: z.string() }) },
  'devenvs/unwatch': { params: z.object({ watch: z.string() }), result: nothing },
  'devenvs/options': { params: z.object({ context: z.string() }), result: devEnvOptionsSchema },
  /** The objects as they would be sent, YAML; changes nothing. */
  'devenvs/manifest': {
    params: z.object({ context: z.string(), name: z.string().optional(), spec: devEnvSpecSchema }),
    result: z.object({ manifest: z.string() }),
  },
  /** Makes the workspace and the keys, and starts it unless `start` is false. Answered when it is made, not when it runs. */
  'devenvs/create': {
    params: z.object({
      context: z.string(),
      /** Default: `devenv-` and the person's name. */
      name: z.string().optional(),
      spec: devEnvSpecSchema,
      start: z.boolean().optional(),
    }),
    result: devEnvSchema,
  },
  /**
   * Starts it where it is stopped, and waits until it runs; `devenv/progress` says in words what it waits for. Cancelling the
   * request ends the waiting, not the start. With `wait: false` the answer comes at once.
   */
  'devenvs/start': { params: z.object({ ...ofDevEnv, wait: z.boolean().optional() }), result: devEnvSchema },
  /** Somebody works there, or wants it kept: what editors write to `/run/slipway/activity`, for those who are not in it. */
  'devenvs/reportActivity': { params: z.object(ofDevEnv), result: nothing },
  /** Ends its pod; the workspace stays. */
  'devenvs/stop': { params: z.object(ofDevEnv), result: devEnvSchema },
  'devenvs/restart': { params: z.object(ofDevEnv), result: devEnvSchema },
  /** Other wishes from now on. The disk grows at once; the rest holds from the next start. */
  'devenvs/resize': { params: z.object({ ...ofDevEnv, changes: devEnvSpecSchema }), result: devEnvSchema },
  /** Forgets it. `workspace: true` deletes the files in it, too, for good. */
  'devenvs/delete': { params: z.object({ ...ofDevEnv, workspace: z.boolean() }), result: nothing },
} as const;

/** Reaching it by SSH. */
const connectionRequests = {
  /**
   * Makes `ssh HOST` work on this machine: a key of its own in the DevEnv's Secret, the host key pinned, our ssh config file
   * written, and included by the person's (`include`; never where there is no `ssh` program). Starts nothing.
   */
  'devenvs/connect': {
    params: z.object({
      ...ofDevEnv,
      include: z.boolean(),
      /** The person's ssh config file where it is not `~/.ssh/config` (`remote.SSH.configFile`); absolute. */
      sshConfigFile: z.string().optional(),
      /** The DevEnv was made anew on purpose: its host key replaces the one that this machine knows. */
      acceptNewHostKey: z.boolean().optional(),
    }),
    result: devEnvConnectionSchema,
  },
  /** Takes everything of ours out of the person's ssh config, and our own files with it. */
  'sshConfig/remove': {
    params: z.object({ sshConfigFile: z.string().optional() }),
    result: z.object({ changed: z.array(z.string()) }),
  },
  'devenvs/devices': { params: z.object(ofDevEnv), result: z.object({ devices: z.array(devEnvDeviceSchema) }) },
  'devenvs/removeDevice': {
    params: z.object({ ...ofDevEnv, fingerprint: z.string() }),
    result: z.object({ devices: z.array(devEnvDeviceSchema) }),
  },
  /**
   * Measures each hop; `devenv/hop` tells of each when it is done. A machine that may not log in yet, or was taken off the list, is let
   * in first, without our ssh config file.
   */
  'devenvs/test': {
    params: z.object({ ...ofDevEnv, id: id.optional() }),
    result: z.object({ hops: z.array(devEnvHopSchema) }),
  },
  /** Starts JupyterLab in the DevEnv where it does not run, and forwards it to a port of this machine while this core lives. */
  'devenvs/openJupyter': { params: z.object(ofDevEnv), result: z.object({ url: z.string() }) },
} as const;

/** Commands that go on without anybody connected. */
const jobRequests = {
  'devenvs/jobs': { params: z.object(ofDevEnv), result: z.object({ jobs: z.array(devEnvJobSchema) }) },
  'devenvs/runJob': {
    params: z.object({
      ...ofDevEnv,
      command: z.array(z.string()).min(1),
      /** Default `/workspace`. */
      cwd: z.string().optional(),
      title: z.string().max(200).optional(),
    }),
    result: devEnvJobSchema,
  },
  'devenvs/stopJob': { params: z.object({ ...ofDevEnv, id }), result: devEnvJobSchema },
  'devenvs/jobLog': {
    params: z.object({
      ...ofDevEnv,
      id,
      offset: z.int().nonnegative(),
      /** Default 256 KiB. */
      maxBytes: z.int().positive().max(1_048_576).optional(),
      /** Where nothing new is there yet, wait up to this long for it; default 0. */
      waitMs: z.int().nonnegative().max(60_000).optional(),
    }),
    /** `data`: base64. */
    result: z.object({ data: z.string(), offset: z.int(), job: devEnvJobSchema }),
  },
} as const;

const transferParams = {
  ...ofDevEnv,
  id,
  /** Absolute paths on this machine, or for `transfer/download` the one destination. */
  local: z.array(z.string()).min(1),
  /** In the DevEnv: absolute, or relative to `/workspace`. */
  remote: z.array(z.string()).min(1),
  /** Make the destination the same: leave out what is there already, and with `delete` delete what is not at the source. */
  sync: z.boolean().optional(),
  delete: z.boolean().optional(),
  /**
   * As for `cp`: where the destination is no folder and does not end with `/`, it is the new name of the one source. Otherwise it is the
   * folder to put things into, which is made where it is missing.
   */
  mayName: z.boolean().optional(),
  /** Only say what would be done: files and bytes to copy, files to delete. */
  dryRun: z.boolean().optional(),
};

/** Files there and back. Progress comes as `transfer/progress` with the `id`; cancelling the request stops it, and the next goes on from there. A machine that may not log in yet is let in. */
const transferRequests = {
  /** To `remote[0]`. */
  'transfer/upload': { params: z.object(transferParams), result: transferOutcomeSchema },
  /** To `local[0]`. */
  'transfer/download': { params: z.object(transferParams), result: transferOutcomeSchema },
} as const;

/** Requests about DevEnvs. Cluster contexts only. */
export const devEnvRequests = {
  ...lifecycleRequests,
  ...connectionRequests,
  ...jobRequests,
  ...transferRequests,
} as const;

export const devEnvNotifications = {
  'devenv/changed': z.object({ watch: z.string(), devEnv: devEnvSchema }),
  'devenv/deleted': z.object({ watch: z.string(), context: z.string(), name: z.string() }),
  /** Whether what a watch tells is what is now; `since`: epoch ms from when it is not, or is again. */
  'devenv/context': z.object({
    watch: z.string(),
    context: z.string(),
    state: z.enum(['live', 'stale']),
    since: z.number(),
    reason: z.string().optional(),
  }),
  /** What a start is waiting for, in words. */
  'devenv/progress': z.object({ context: z.string(), name: z.string(), text: z.string() }),
  'devenv/hop': z.object({ id: z.string(), hop: devEnvHopSchema }),
  /** A job that this session started or followed has ended. */
  'devenv/jobEnded': z.object({ context: z.string(), name: z.string(), job: devEnvJobSchema }),
  'transfer/progress': z.object({ id: z.string(), progress: transferProgressSchema }),
} as const;
