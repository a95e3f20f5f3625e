import * as z from 'zod';

/** What a well-known artifact is; `file` is anything else the run left. */
export const artifactRoleSchema = z.enum([
  'executedNotebook',
  'report',
  'log',
  'environment',
  'requirementsLock',
  'junit',
  'coverage',
  'testReport',
  'file',
]);

export const artifactSchema = z.object({
  /** Path in the run's folder, forward slashes: `output/analysis_output.html`, `work/figures/umap.png`. */
  path: z.string(),
  bytes: z.int().nonnegative(),
  /** Of the content, hexadecimal. Left out where the run goes on in a cluster: its files still change. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  mediaType: z.string(),
  role: artifactRoleSchema,
});
export type Artifact = z.infer<typeof artifactSchema>;

/** `artifacts.json`, written by the collect step. */
export const artifactIndexSchema = z.object({ version: z.literal(1), artifacts: z.array(artifactSchema) });
export type ArtifactIndex = z.infer<typeof artifactIndexSchema>;

export const testCaseSchema = z.object({
  /** JUnit `classname`. */
  suite: z.string(),
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'error', 'skipped']),
  durationMs: z.number().nonnegative(),
  message: z.string().optional(),
  detail: z.string().optional(),
  file: z.string().optional(),
  line: z.int().positive().optional(),
});
export const testReportSchema = z.object({
  passed: z.int(),
  failed: z.int(),
  errors: z.int(),
  skipped: z.int(),
  durationMs: z.number(),
  cases: z.array(testCaseSchema),
});
export type TestReport = z.infer<typeof testReportSchema>;

export const coverageReportSchema = z.object({
  /** 0 to 1. */
  lineRate: z.number(),
  linesCovered: z.int(),
  linesValid: z.int(),
  files: z.array(
    z.object({
      path: z.string(),
      lineRate: z.number(),
      /** [1-based line, hits] */
      lines: z.array(z.tuple([z.int().positive(), z.int().nonnegative()])),
    }),
  ),
});
export type CoverageReport = z.infer<typeof coverageReportSchema>;
