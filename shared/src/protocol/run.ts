import * as z from 'zod';

/** Milliseconds since the epoch. */
export const timeMs = z.number().nonnegative();

/**
 * Step names of our own pipeline, in order. `notebook` and `command` exclude each other; `dataset` and `clone` are the
 * CPU-only stage before them, on a cluster.
 */
export const stepNames = ['dataset', 'clone', 'prepare', 'notebook', 'command', 'report', 'test', 'collect'] as const;
export const pipelineStepNameSchema = z.enum(stepNames);
export type PipelineStepName = z.infer<typeof pipelineStepNameSchema>;

/** A step of any run: one of ours, or `TASK/STEP` of a PipelineRun that somebody else made. */
export const stepNameSchema = z
  .string()
  .max(190)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9.]*[a-z0-9])?)*$/);
export type StepName = z.infer<typeof stepNameSchema>;

export const stepStateSchema = z.enum(['pending', 'running', 'succeeded', 'failed', 'skipped', 'reused', 'cancelled']);
export type StepState = z.infer<typeof stepStateSchema>;

export const runStateSchema = z.enum([
  'submitting',
  'queued',
  'staging',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timedOut',
  'lost',
]);
export type RunState = z.infer<typeof runStateSchema>;

export const stepSchema = z.object({
  name: stepNameSchema,
  state: stepStateSchema,
  startedAt: timeMs.optional(),
  finishedAt: timeMs.optional(),
  exitCode: z.int().optional(),
  /** Why it was skipped, failed or stopped, as words: "the notebook failed". */
  reason: z.string().optional(),
  /** One line of result or progress for people: "18 passed, 1 skipped · coverage 87 %". */
  note: z.string().optional(),
  /** Of one that failed: its pipeline goes on as if it had not (Tekton's `onError: continue`). */
  ignored: z.boolean().optional(),
});
export type Step = z.infer<typeof stepSchema>;

/** Progress through the code cells of the notebook as submitted; markdown and inserted cells do not count. */
export const cellProgressSchema = z.object({
  total: z.int().nonnegative(),
  finished: z.int().nonnegative(),
  current: z
    .object({
      id: z.string(),
      /** 1-based position among the code cells: the `i` of "cell i/m". */
      number: z.int().positive(),
      startedAt: timeMs,
      /** First line of the cell's source, for the progress line. */
      label: z.string(),
    })
    .optional(),
});
export type CellProgress = z.infer<typeof cellProgressSchema>;

/** The cell that raised, in terms of the notebook as submitted. */
export const failedCellSchema = z.object({
  id: z.string(),
  /** 0-based index among all cells of the submitted notebook; -1 for a cell that papermill inserted. */
  index: z.int().gte(-1),
  /** 1-based number among its code cells; 0 for an inserted cell (`injected-parameters`). */
  number: z.int().nonnegative(),
  source: z.string(),
  /**
   * `source` has only some lines of the cell, at their places, or none: a cluster keeps few bytes of a run's result.
   * `artifacts/failedCell` reads the whole one.
   */
  partial: z.literal(true).optional(),
  errorName: z.string(),
  errorValue: z.string(),
  /** ANSI-free. */
  traceback: z.array(z.string()),
  /** 1-based line in `source` that raised, where the traceback names it. */
  line: z.int().positive().optional(),
});
export type FailedCell = z.infer<typeof failedCellSchema>;

/** A task of a PipelineRun, for the graph: what it waits for and what became of it. */
export const taskSchema = z.object({
  name: z.string(),
  kind: z.enum(['task', 'custom', 'pipeline']),
  /** Runs at the end, whatever the others did. */
  finally: z.boolean(),
  state: stepStateSchema,
  /** Names of the tasks it runs after: by `runAfter`, and because it reads their results. */
  after: z.array(z.string()),
  /** Names of its steps in `Run.steps`. */
  steps: z.array(z.string()),
  startedAt: timeMs.optional(),
  finishedAt: timeMs.optional(),
  /** How often it was tried again. */
  retries: z.int().nonnegative().optional(),
  reason: z.string().optional(),
  /** Results by name, as text. */
  results: z.record(z.string(), z.string()).optional(),
});
export type Task = z.infer<typeof taskSchema>;

/** Who or what started a run. */
export const triggerSchema = z.object({
  /** `cli`, `vscode`, `jupyterlab`, or what labels and annotations tell: `tkn`, `kubectl`, `jenkins`, `webhook`, `pipelines-as-code`. */
  source: z.string(),
  detail: z.string().optional(),
});
export type Trigger = z.infer<typeof triggerSchema>;

export const diagnosisSchema = z.object({
  /** Identifier in the failure catalogue, or `unknown`. */
  id: z.string(),
  cause: z.string(),
  evidence: z.array(z.string()),
  fixes: z.array(z.string()),
  /** Cause and fixes in other languages, by the locale in lower case: `zh-cn`. As many fixes, in the same order. */
  translations: z.record(z.string(), z.object({ cause: z.string(), fixes: z.array(z.string()) })).optional(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

export const runSchema = z.object({
  /** DNS label, unique in its context: `analysis-7f3a`. */
  name: z.string(),
  context: z.string(),
  /** What runs, for people: the notebook's file name or the command line. */
  title: z.string(),
  state: runStateSchema,
  createdAt: timeMs,
  startedAt: timeMs.optional(),
  finishedAt: timeMs.optional(),
  cancelRequested: z.boolean(),
  /** How many runs are before this one while it is queued. */
  queuePosition: z.int().nonnegative().optional(),
  /** Why the run ended as it did, or waits, in words. */
  reason: z.string().optional(),
  steps: z.array(stepSchema),
  cells: cellProgressSchema.optional(),
  failedCell: failedCellSchema.optional(),
  diagnosis: diagnosisSchema.optional(),
  /** The run that this one takes finished steps from. */
  reuses: z.object({ run: z.string(), steps: z.array(stepNameSchema) }).optional(),
  /** Where the notebook or script was on the submitter's side; display and "retry with my edit" only. */
  source: z.object({ path: z.string(), unsaved: z.boolean() }).optional(),
  /** For people only, never a proof: whoever may write the object may write this. */
  user: z.string().optional(),
  trigger: triggerSchema.optional(),
  /** True for a PipelineRun that Slipway did not make: it can be seen, read and cancelled, not retried. */
  foreign: z.boolean().optional(),
  /** The graph of a PipelineRun; left out where there is one task. */
  tasks: z.array(taskSchema).optional(),
  /** Of a PipelineRun, as text. */
  results: z.record(z.string(), z.string()).optional(),
});
export type Run = z.infer<typeof runSchema>;

const at = { time: timeMs };

/**
 * What happens to a run, in the order in which its target saw it. A target appends these; the state machine of `runs`
 * folds them into a `Run`. Unknown `type`s are ignored by readers, so that an older core can follow a newer run.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({ ...at, type: z.literal('submitted'), run: runSchema }),
  /** Without a position where nobody can tell it, as on a cluster. */
  z.object({ ...at, type: z.literal('queued'), position: z.int().nonnegative().optional() }),
  /** Why it waits and what would end that, in words. */
  z.object({ ...at, type: z.literal('waiting'), reason: z.string() }),
  z.object({ ...at, type: z.literal('staging') }),
  /** The graph as it is now. Steps that its tasks name and the run does not have yet are added to it. */
  z.object({ ...at, type: z.literal('tasks'), tasks: z.array(taskSchema) }),
  z.object({ ...at, type: z.literal('results'), results: z.record(z.string(), z.string()) }),
  z.object({ ...at, type: z.literal('stepStarted'), step: stepNameSchema }),
  z.object({ ...at, type: z.literal('stepNote'), step: stepNameSchema, text: z.string() }),
  z.object({
    ...at,
    type: z.literal('cellsCounted'),
    cells: z.array(z.object({ id: z.string(), label: z.string() })),
  }),
  z.object({ ...at, type: z.literal('cellStarted'), id: z.string() }),
  z.object({ ...at, type: z.literal('cellFinished'), id: z.string(), failed: z.boolean() }),
  z.object({
    ...at,
    type: z.literal('stepFinished'),
    step: stepNameSchema,
    state: stepStateSchema.exclude(['pending', 'running']),
    exitCode: z.int().optional(),
    reason: z.string().optional(),
    note: z.string().optional(),
    ignored: z.boolean().optional(),
  }),
  z.object({ ...at, type: z.literal('cancelRequested') }),
  z.object({
    ...at,
    type: z.literal('finished'),
    state: runStateSchema.extract(['succeeded', 'failed', 'cancelled', 'timedOut', 'lost']),
    reason: z.string().optional(),
    failedCell: failedCellSchema.optional(),
    /** How far it came, for a run whose cells nobody followed. */
    cells: cellProgressSchema.optional(),
    diagnosis: diagnosisSchema.optional(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
