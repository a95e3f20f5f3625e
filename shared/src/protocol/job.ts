import * as z from 'zod';

/** A value that a notebook parameter can take: what JSON can hold (papermill's `-y`). */
export const parameterValueSchema = z.json();
export type ParameterValue = z.infer<typeof parameterValueSchema>;

/** A path inside the job's folder: relative, with forward slashes. Escapes (`..`, absolute) are refused by `jobs`. */
const relativePath = z.string().min(1).max(4096);

/** Seconds, or Go-like text such as `90m` or `1h30m` (the form Kubernetes and Tekton use). */
export const durationSchema = z.union([z.number().positive(), z.string().regex(/^(\d+(\.\d+)?(h|m|s))+$/)]);

const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

export const testsSpecSchema = z
  .strictObject({
    path: relativePath.optional().describe('Folder with the pytest suite. Default: tests/ beside the notebook.'),
    repository: z.string().optional().describe('Git repository with the suite (cluster targets).'),
    revision: z.string().optional(),
    marker: z.string().min(1).optional().describe('pytest marker expression, as in pytest -m.'),
    always: z.boolean().optional().describe('Run the tests also when the notebook failed.'),
  })
  .describe('What checks the result. Without it a tests/ folder beside the notebook is used, if there is one.');

export const filesSpecSchema = z
  .strictObject({
    include: z.array(z.string().min(1)).optional().describe('Globs of files that travel. Default: what rules choose.'),
    exclude: z.array(z.string().min(1)).optional().describe('Globs of files that stay.'),
  })
  .describe('Which files beside the notebook travel with it.');

export const timeoutsSpecSchema = z
  .strictObject({
    cell: durationSchema.optional().describe('Limit for one cell.'),
    prepare: durationSchema.optional(),
    notebook: durationSchema.optional(),
    command: durationSchema.optional(),
    report: durationSchema.optional(),
    test: durationSchema.optional(),
  })
  .describe('Time limits. A step over its limit is interrupted, then killed after 60 s.');

/** Where a bucket's name stands in addresses: `https://host/bucket/key` or `https://bucket.host/key`. */
export const s3AddressingSchema = z.enum(['path', 'virtual']);

export const datasetSpecSchema = z.strictObject({
  url: z
    .string()
    .optional()
    .describe(
      'https://…, s3://BUCKET/KEY, s3://BUCKET/PREFIX/, or hf://[datasets/]OWNER/NAME[@REVISION][/PATH] on the Hugging Face Hub.',
    ),
  path: z.string().optional().describe('A file or folder below a dataset volume of the team profile.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  bytes: z.int().nonnegative().optional(),
  secret: z
    .string()
    .optional()
    .describe(
      'Kubernetes Secret to read it with: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3://, token for hf://.',
    ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Server of s3:// or hf://. Default: the profile's."),
  region: z.string().min(1).optional().describe("Region of the bucket. Default: the profile's, else us-east-1."),
  addressing: s3AddressingSchema
    .optional()
    .describe("Whether the bucket stands in the path or in the host name. Default: path, virtual at Amazon's."),
});

/**
 * What to run: exactly one of `notebook` or `command`. One schema for `slipway.yaml`, the command line and the form;
 * its JSON Schema is published by `slipway spec schema`. PRODUCT.md "job spec".
 */
export const jobSpecSchema = z
  .strictObject({
    name: z
      .string()
      .max(50)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
      .optional()
      .describe('Prefix of the run name (DNS label). Default: made from the notebook or command name.'),
    notebook: relativePath.optional().describe('The notebook, relative to this file.'),
    command: z
      .union([z.string().min(1), z.array(z.string()).min(1)])
      .optional()
      .describe('A command instead of a notebook: a shell line, or a list of arguments taken literally.'),
    parameters: z.record(z.string().min(1), parameterValueSchema).optional().describe('Notebook parameters.'),
    python: z
      .string()
      .min(1)
      .optional()
      .describe('Path of the Python to use, or "managed" for the virtual environment that Slipway keeps.'),
    kernel: z.string().min(1).optional().describe('Jupyter kernel name. Default: the notebook\'s own, else "python3".'),
    requirements: relativePath.optional().describe('pip requirements file that the run needs beyond its Python.'),
    image: z.string().optional().describe('Container image (cluster targets).'),
    instanceType: z.string().optional().describe('Named size such as gpu-1x-16c-32g-1gpu (cluster targets).'),
    serviceAccountName: z.string().optional(),
    env: z
      .record(environmentName, z.string())
      .optional()
      .describe('Environment variables for the notebook or command.'),
    secrets: z
      .array(z.strictObject({ env: environmentName, secret: z.string(), key: z.string() }))
      .optional()
      .describe('Environment variables taken from Kubernetes Secrets (cluster targets).'),
    files: filesSpecSchema.optional(),
    tests: z.union([testsSpecSchema, relativePath, z.literal(false)]).optional(),
    dataset: datasetSpecSchema.optional().describe('Data to fetch before the run (cluster targets).'),
    repository: z
      .strictObject({ url: z.string(), revision: z.string().optional(), secret: z.string().optional() })
      .optional()
      .describe('Git repository to clone before the run (cluster targets).'),
    outputs: z.array(z.string().min(1)).optional().describe('Globs of further files to keep as artifacts.'),
    timeouts: timeoutsSpecSchema.optional(),
    mode: z.enum(['single']).optional(),
  })
  .describe('Slipway job spec');

export type JobSpec = z.infer<typeof jobSpecSchema>;

/** One notebook parameter as its `parameters` cell declares it. */
export const parameterDeclarationSchema = z.object({
  name: z.string(),
  /** `unknown` where the default is an expression that cannot be read without running it. */
  type: z.enum(['int', 'float', 'bool', 'str', 'list', 'dict', 'none', 'unknown']),
  /** The default as source text, exactly as the cell has it. */
  defaultSource: z.string(),
  /** The default as a value, where the source is a literal. */
  defaultValue: parameterValueSchema.optional(),
  help: z.string().optional(),
});
export type ParameterDeclaration = z.infer<typeof parameterDeclarationSchema>;
