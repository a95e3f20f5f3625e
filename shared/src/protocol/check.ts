import * as z from 'zod';

/** One thing that was looked at: what was found, and what to do about it. */
export const checkSchema = z.object({
  name: z.string(),
  outcome: z.enum(['pass', 'warn', 'fail', 'skipped']),
  detail: z.string(),
  fix: z.string().optional(),
  durationMs: z.number(),
});
export type Check = z.infer<typeof checkSchema>;
