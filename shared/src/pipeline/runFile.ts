import * as z from 'zod';
import {
  jobSpecSchema,
  parameterDeclarationSchema,
  parameterValueSchema,
  pipelineStepNameSchema,
} from '../protocol/index.ts';

/**
 * `run.json`: everything that the step scripts need to know, and the only way in which a user's value reaches them.
 * Paths are relative to the run's folder unless said otherwise. The layout of that folder: docs/decisions/0002-run-folder.md
 */
export const runFileSchema = z.object({
  version: z.literal(1),
  /** The run's name. */
  run: z.string(),
  /** For people and for "rerun": the job spec with all defaults filled in. */
  spec: jobSpecSchema,
  steps: z.array(pipelineStepNameSchema),
  /** The notebook to run; exactly one of `notebook` and `command` is set. */
  notebook: z
    .object({
      /** Relative to `work/`: `analysis.ipynb`. */
      path: z.string(),
      /** File name without `.ipynb`: the NAME of NAME_output.ipynb. */
      name: z.string(),
      kernel: z.string(),
      language: z.string(),
      /** The code cells as submitted, in order; progress and failures are told in terms of these. */
      cells: z.array(z.object({ id: z.string(), label: z.string() })),
      /** Of the cell tagged parameters, for whoever runs this again with others; left out where it has none. */
      parameters: z.array(parameterDeclarationSchema).optional(),
    })
    .optional(),
  command: z.object({ argv: z.array(z.string()).min(1) }).optional(),
  /** Passed to papermill as a YAML file (`-f`), never on a command line. */
  parameters: z.record(z.string(), parameterValueSchema),
  /** Extra environment for the notebook, the command and the tests. */
  env: z.record(z.string(), z.string()),
  environment: z.object({
    /** Relative to `work/`. */
    requirements: z.string().optional(),
    /** `isolated`: a virtual environment that sees nothing of the interpreter's packages ("managed"). */
    base: z.enum(['interpreter', 'isolated']),
  }),
  /** What the step `dataset` fetches before the run: a URL (https, s3, hf), or a path below a dataset volume. */
  dataset: z
    .object({
      /** File name under which the run finds it. */
      name: z.string(),
      url: z.string().optional(),
      path: z.string().optional(),
      sha256: z.string().optional(),
      bytes: z.int().nonnegative().optional(),
      /** Name of the Secret that the step is shown the files of; for messages. */
      secret: z.string().optional(),
      endpoint: z.string().optional(),
      region: z.string().optional(),
      addressing: z.enum(['path', 'virtual']).optional(),
    })
    .optional(),
  /** What the step `clone` fetches before the run. */
  repository: z.object({ url: z.string(), revision: z.string().optional() }).optional(),
  /** A suite in a repository of its own, cloned by the step `clone`. */
  suite: z.object({ url: z.string(), revision: z.string().optional() }).optional(),
  tests: z
    .object({
      /** Relative to `work/`; where there is a `suite`, relative to that. */
      path: z.string(),
      marker: z.string().optional(),
      always: z.boolean(),
      /** False when the folder was only found; then "no tests collected" is a skip, not a failure. */
      asked: z.boolean(),
    })
    .optional(),
  /** Seconds; absent = no limit. `cell` is papermill's `--execution-timeout`. */
  timeouts: z.object({
    cell: z.number().positive().optional(),
    prepare: z.number().positive().optional(),
    notebook: z.number().positive().optional(),
    command: z.number().positive().optional(),
    report: z.number().positive().optional(),
    test: z.number().positive().optional(),
  }),
  /** Globs under `work/` to keep as artifacts although they were there before or are ignored by default. */
  outputs: z.array(z.string()),
  /** Steps whose results are taken from another run. */
  reuse: z.object({ run: z.string(), steps: z.array(pipelineStepNameSchema) }).optional(),
  /** sha256 (hex) of what each step reads, by kind; a retry may reuse a step only if these are unchanged. */
  inputHashes: z.object({
    /** Notebook text as staged, parameters, companions, env. Empty string for none. */
    notebook: z.string(),
    requirements: z.string(),
    tests: z.string(),
  }),
  source: z.object({ path: z.string(), unsaved: z.boolean(), folder: z.string().optional() }).optional(),
});
export type RunFile = z.infer<typeof runFileSchema>;
