import * as z from 'zod';
import { jobSpecSchema } from '../../protocol/index.ts';

const jsonObjectSchema = z.record(z.string(), z.json());

/**
 * The JSON Schema of `slipway.yaml` (draft 7, which every editor's YAML support reads), made from the one schema that the
 * command line and the form use too.
 */
export function specJsonSchema(): z.infer<typeof jsonObjectSchema> {
  const generated: unknown = JSON.parse(
    JSON.stringify(z.toJSONSchema(jobSpecSchema, { target: 'draft-7', io: 'input' })),
  );
  return {
    ...jsonObjectSchema.parse(generated),
    title: 'Slipway job spec',
    description:
      'What Slipway runs: exactly one of notebook or command, with what it needs. Usually kept in slipway.yaml.',
    oneOf: [{ required: ['notebook'] }, { required: ['command'] }],
  };
}

/** The fields of a job spec, in the order in which they are written. */
export const specFields: readonly string[] = Object.keys(jobSpecSchema.shape);
