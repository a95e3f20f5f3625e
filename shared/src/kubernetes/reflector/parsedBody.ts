import type * as z from 'zod';

/** What an answer's JSON says; undefined where it is no JSON or of another form. */
export function parsedBody<Answer>(body: Uint8Array, schema: z.ZodType<Answer>): Answer | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  return schema.safeParse(json).data;
}
