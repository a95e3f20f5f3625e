import * as z from 'zod';
import { jobSpecSchema, parameterDeclarationSchema, parameterValueSchema } from './job.ts';
import { stepNameSchema } from './run.ts';

/** A file that travels with the notebook. */
export const companionSchema = z.object({
  /** Relative to the job's folder. */
  path: z.string(),
  bytes: z.int().nonnegative(),
});
export type Companion = z.infer<typeof companionSchema>;

export const companionChoiceSchema = z.object({
  files: z.array(companionSchema),
  totalBytes: z.int().nonnegative(),
  /** What stays and why: `data/ (.slipwayignore)`. */
  ignored: z.array(z.object({ path: z.string(), reason: z.string() })),
  warnings: z.array(z.string()),
});
export type CompanionChoice = z.infer<typeof companionChoiceSchema>;

/** Which Python and kernel the steps use, found before the run so that it can be shown. */
export const pythonChoiceSchema = z.object({
  /** Absolute path of the interpreter that environments are built on. */
  interpreter: z.string(),
  /** Python version: "3.11.7". */
  version: z.string(),
  origin: z.enum(['chosen', 'kernel', 'managed', 'image']),
  /** The Jupyter kernel that papermill starts. */
  kernel: z.string(),
  language: z.string(),
  /** Whether `prepare` reuses the interpreter as it is, reuses a built environment, or has to build one. */
  environment: z.enum(['asIs', 'reused', 'toBuild']),
  /** Why this one, in words: "kernel python3 of ./.venv"; shown before the run. */
  explanation: z.string(),
});
export type PythonChoice = z.infer<typeof pythonChoiceSchema>;

/** What would run where: everything a person may want to see before pressing Run. Nothing is changed to make it. */
export const runPlanSchema = z.object({
  context: z.string(),
  /** The spec with every default filled in. */
  spec: jobSpecSchema,
  title: z.string(),
  steps: z.array(stepNameSchema),
  unsaved: z.boolean(),
  python: pythonChoiceSchema.optional(),
  /** What the run takes of a cluster. */
  cluster: z
    .object({
      server: z.string(),
      namespace: z.string(),
      user: z.string(),
      image: z.string(),
      instanceType: z.string().optional(),
      cpu: z.string(),
      memory: z.string(),
      gpus: z.int().nonnegative(),
      /** Where the run's folder will lie, in words. */
      volume: z.string(),
      /** How the inputs travel, in words. */
      inputs: z.string(),
      /** Sizes to choose from, in the profile's order. */
      instanceTypes: z
        .array(
          z.object({
            name: z.string(),
            cpu: z.string(),
            memory: z.string(),
            gpus: z.int().nonnegative(),
            default: z.boolean(),
          }),
        )
        .optional(),
      /** Images to choose from. */
      images: z.array(z.string()).optional(),
    })
    .optional(),
  parameters: z.array(parameterDeclarationSchema.extend({ value: parameterValueSchema.optional() })),
  companions: companionChoiceSchema,
  tests: z
    .object({ path: z.string(), marker: z.string().optional(), asked: z.boolean(), always: z.boolean() })
    .optional(),
  codeCells: z.int().nonnegative().optional(),
  warnings: z.array(z.string()),
});
export type RunPlan = z.infer<typeof runPlanSchema>;
