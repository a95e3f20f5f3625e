import * as z from 'zod';
import { artifactSchema, coverageReportSchema, testReportSchema } from './artifact.ts';
import { checkSchema } from './check.ts';
import { devEnvNotifications, devEnvRequests } from './devEnvMethods.ts';
import { contextRequests, identityNotifications, identityRequests } from './identityMethods.ts';
import { runLinkSchema } from './links.ts';
import { jobSpecSchema, parameterDeclarationSchema } from './job.ts';
import { logPageSchema, logPositionSchema, logScanSchema } from './log.ts';
import { runPlanSchema } from './plan.ts';
import { failedCellSchema, runSchema, stepNameSchema } from './run.ts';

export const hostCapabilitiesSchema = z.object({
  /** The host answers `files/list`, `files/stat` and `files/read` for the folder beside the notebook. */
  files: z.boolean(),
});

/** Where the job's files are. `disk`: an absolute path that the core reads itself. `host`: through `files/*` callbacks. */
export const folderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('disk'), path: z.string() }),
  z.object({ kind: z.literal('host'), id: z.string(), label: z.string() }),
]);
export type Folder = z.infer<typeof folderSchema>;

/** What to run, as a host hands it over. */
export const submissionSchema = z.object({
  context: z.string(),
  folder: folderSchema,
  spec: jobSpecSchema,
  /** The notebook's JSON text as the editor shows it now; without it, the file in the folder is read. */
  notebookText: z.string().optional(),
  /** True when `notebookText` differs from what is saved. */
  unsaved: z.boolean().optional(),
});
export type Submission = z.infer<typeof submissionSchema>;

const runRef = { run: z.string(), context: z.string().optional() };
const nothing = z.object({});

/** Requests that a host sends to the core: parameters and result of each. */
export const requests = {
  initialize: {
    params: z.object({
      protocolVersion: z.string(),
      host: z.object({ name: z.string(), version: z.string() }),
      capabilities: hostCapabilitiesSchema,
      /**
       * As the host names it: `en`, `zh-cn`. What the core says to people comes in this language where it has words for it,
       * else in English: messages and actions of errors, reasons and notes of runs, plans. Identifiers and logs stay as they are.
       */
      locale: z.string().optional(),
    }),
    result: z.object({
      protocolVersion: z.string(),
      core: z.object({ version: z.string(), node: z.string(), pid: z.int() }),
      contexts: z.array(z.string()),
    }),
  },
  ...contextRequests,
  ...identityRequests,
  ...devEnvRequests,
  'jobs/plan': { params: submissionSchema, result: runPlanSchema },
  'jobs/schema': { params: nothing, result: z.object({ schema: z.record(z.string(), z.json()) }) },
  'jobs/validate': {
    params: z.object({ text: z.string() }),
    result: z.object({
      spec: jobSpecSchema.optional(),
      problems: z.array(z.object({ message: z.string(), path: z.string(), line: z.int().optional() })),
    }),
  },
  /** The manifest of a job as it would be sent, YAML with comments; changes nothing. Cluster contexts only. */
  'jobs/manifest': { params: submissionSchema, result: z.object({ manifest: z.string() }) },
  /** What would keep a job from running, found out before it is sent. Cluster contexts only. */
  'jobs/preflight': { params: submissionSchema, result: z.object({ checks: z.array(checkSchema) }) },
  'runs/submit': { params: submissionSchema, result: runSchema },
  /** A hand-written PipelineRun (YAML or JSON) is created as it is. */
  'runs/submitManifest': { params: z.object({ context: z.string(), manifest: z.string() }), result: runSchema },
  /** Reads runs whose PipelineRun is gone from the team's volume; they are listed from then on. Cluster contexts only. */
  'runs/recall': { params: z.object({ context: z.string() }), result: z.object({ recalled: z.array(z.string()) }) },
  /** Removes ended runs and what submissions left; without `dryRun: true` for good. Cluster contexts only. */
  'runs/prune': {
    params: z.object({
      context: z.string(),
      /** Keep runs that ended within this time. */
      olderThanMs: z.int().nonnegative().optional(),
      /** Keep so many of the newest ended runs. */
      keep: z.int().nonnegative().optional(),
      dryRun: z.boolean().optional(),
    }),
    result: z.object({
      removed: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          reason: z.string(),
          /** Why it is still there, where it could not be removed. */
          failure: z.string().optional(),
        }),
      ),
    }),
  },
  'runs/list': {
    params: z.object({
      context: z.string().optional(),
      limit: z.int().positive().optional(),
      /** Only those that this person started. Default: everyone's. */
      mine: z.boolean().optional(),
    }),
    result: z.object({ runs: z.array(runSchema) }),
  },
  'runs/get': { params: z.object(runRef), result: runSchema },
  /** From now on `run/changed` tells of every change, to runs of one context or of all; or to `run` alone once it is asked for. */
  'runs/watch': {
    params: z.object({ context: z.string().optional(), run: z.string().optional() }),
    result: z.object({ watch: z.string() }),
  },
  'runs/unwatch': { params: z.object({ watch: z.string() }), result: nothing },
  'runs/cancel': { params: z.object(runRef), result: runSchema },
  /** The same inputs again, with changes to the spec where given ("edit and rerun"). */
  'runs/rerun': {
    params: z.object({
      ...runRef,
      changes: jobSpecSchema.partial().optional(),
      /** Fields that the new run does without, so that their defaults hold. */
      unset: z.array(jobSpecSchema.keyof()).optional(),
    }),
    result: runSchema,
  },
  /** A new run that reuses the steps before `from` (default: the first step that did not succeed). */
  'runs/retry': { params: z.object({ ...runRef, from: stepNameSchema.optional() }), result: runSchema },
  'runs/delete': { params: z.object(runRef), result: nothing },
  /**
   * What a run was asked to do, with every default filled in, and the parameters that its notebook declares. Not for runs
   * that Slipway did not make.
   */
  'runs/spec': {
    params: z.object(runRef),
    result: z.object({ spec: jobSpecSchema, parameters: z.array(parameterDeclarationSchema).optional() }),
  },
  /** Pages about a run that the team's profile names: dashboards, traces. None for runs on this machine. */
  'runs/links': { params: z.object(runRef), result: z.object({ links: z.array(runLinkSchema) }) },
  'logs/read': {
    params: z.object({
      ...runRef,
      position: logPositionSchema,
      steps: z.array(stepNameSchema).optional(),
      /** At most this many bytes of log; default 256 KiB. */
      maxBytes: z.int().positive().optional(),
      /** Where nothing new is there yet, wait up to this long for it; default 0. */
      waitMs: z.int().nonnegative().max(60_000).optional(),
    }),
    result: logPageSchema,
  },
  /** The last `lines` lines of the merged log and the position after them: the first screen of a long log. */
  'logs/tail': {
    params: z.object({ ...runRef, lines: z.int().positive().max(10_000), steps: z.array(stepNameSchema).optional() }),
    result: logPageSchema,
  },
  /** Walks through the merged log without sending it: counts lines, and finds those with a text. At most 8 MiB a call. */
  'logs/scan': {
    params: z.object({
      ...runRef,
      position: logPositionSchema,
      steps: z.array(stepNameSchema).optional(),
      /** A position of this run to stop at; without it, where the log ends now. */
      until: logPositionSchema.optional(),
      /** Text to look for, letter case aside; escape sequences in the log are passed over. */
      find: z.string().min(1).max(1000).optional(),
    }),
    result: logScanSchema,
  },
  'artifacts/list': { params: z.object(runRef), result: z.object({ artifacts: z.array(artifactSchema) }) },
  /** A piece of a file that the run left or is writing: base64, shorter than `length` only at its end. */
  'artifacts/read': {
    params: z.object({
      ...runRef,
      path: z.string().min(1).max(4096),
      offset: z.int().nonnegative(),
      /** At most 1 MiB. */
      length: z.int().positive().max(1_048_576),
    }),
    result: z.object({ data: z.string(), /** Whole size now. */ bytes: z.int().nonnegative() }),
  },
  'artifacts/tests': { params: z.object(runRef), result: testReportSchema.nullable() },
  'artifacts/coverage': { params: z.object(runRef), result: coverageReportSchema.nullable() },
  'artifacts/failedCell': { params: z.object(runRef), result: failedCellSchema.nullable() },
  /** With an `id`, which the client makes, `doctor/looking` and `doctor/checked` tell of each check as it goes. */
  doctor: {
    params: z.object({ context: z.string().optional(), id: z.string().min(1).max(64).optional() }),
    result: z.object({
      checks: z.array(checkSchema),
    }),
  },
  /** Asks for nothing but an answer: whether the connection still carries messages. */
  ping: { params: nothing, result: nothing },
  shutdown: { params: nothing, result: nothing },
} as const;

/** Requests that the core sends to the host: the folder beside the notebook may be remote, virtual or a contents drive. */
export const callbacks = {
  'files/list': {
    params: z.object({ folder: z.string(), path: z.string() }),
    result: z.object({
      entries: z.array(
        z.object({ name: z.string(), kind: z.enum(['file', 'folder', 'link', 'other']), bytes: z.int().nonnegative() }),
      ),
    }),
  },
  'files/stat': {
    params: z.object({ folder: z.string(), path: z.string() }),
    result: z.object({ kind: z.enum(['file', 'folder', 'link', 'other', 'missing']), bytes: z.int().nonnegative() }),
  },
  'files/read': {
    params: z.object({
      folder: z.string(),
      path: z.string(),
      offset: z.int().nonnegative(),
      /** At most 1 MiB. */
      length: z.int().positive().max(1_048_576),
    }),
    /** base64; shorter than `length` only at the end of the file. */
    result: z.object({ data: z.string() }),
  },
} as const;

/** Notifications from the core. */
export const notifications = {
  ...identityNotifications,
  ...devEnvNotifications,
  'run/changed': z.object({ watch: z.string(), run: runSchema }),
  'run/deleted': z.object({ watch: z.string(), context: z.string(), run: z.string() }),
  /** `stale`: what is shown of a context's runs is as of `since` (epoch ms); the runs themselves go on. */
  'context/changed': z.object({
    watch: z.string(),
    context: z.string(),
    state: z.enum(['live', 'stale']),
    since: z.number(),
    reason: z.string().optional(),
    /** The cluster is there, and does not let this person. */
    forbidden: z.boolean().optional(),
  }),
  /** What a submission is doing now, before it is a run: "reading 3 of 12 files". */
  'submit/progress': z.object({ text: z.string() }),
  /** The check that begins now. */
  'doctor/looking': z.object({ id: z.string(), name: z.string() }),
  'doctor/checked': z.object({ id: z.string(), check: checkSchema }),
} as const;

export type RequestName = keyof typeof requests;
export type RequestParams<Name extends RequestName> = z.input<(typeof requests)[Name]['params']>;
export type RequestResult<Name extends RequestName> = z.output<(typeof requests)[Name]['result']>;
export type CallbackName = keyof typeof callbacks;
export type CallbackParams<Name extends CallbackName> = z.input<(typeof callbacks)[Name]['params']>;
export type CallbackResult<Name extends CallbackName> = z.output<(typeof callbacks)[Name]['result']>;
export type NotificationName = keyof typeof notifications;
export type NotificationParams<Name extends NotificationName> = z.output<(typeof notifications)[Name]>;

/** One handler a request: the exhaustive map that a server serves and an in-process client calls. */
export type RequestHandlers = {
  readonly [Name in RequestName]: (
    params: z.output<(typeof requests)[Name]['params']>,
    signal: AbortSignal,
  ) => Promise<RequestResult<Name>>;
};
