import * as z from 'zod';

const causeSchema = z.object({
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  field: z.string().optional().catch(undefined),
});

/** `metav1.Status`: how the API server says no. */
const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  code: z.number().optional().catch(undefined),
  details: z
    .object({
      name: z.string().optional().catch(undefined),
      group: z.string().optional().catch(undefined),
      kind: z.string().optional().catch(undefined),
      causes: z.array(causeSchema).optional().catch(undefined),
      retryAfterSeconds: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});
export type ApiStatus = z.infer<typeof statusSchema>;

/** The Status object in a body, or undefined for anything else. */
export function parseStatus(text: string): ApiStatus | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Longest text taken over from a body that is not a Status, in characters. */
const longestExcerpt = 300;

/** A line about a body that is not a Status: an HTML page's title, or its first words. */
export function excerptOf(text: string): string {
  const title = /<title[^>]*>([^<]{1,300})/i.exec(text)?.[1];
  const words = (title ?? text.replaceAll(/<(script|style)[\s\S]*?(<\/\1>|$)/gi, ' ').replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return words.length > longestExcerpt ? `${words.slice(0, longestExcerpt)}…` : words;
}

/** `Retry-After` in milliseconds; both forms of the header, seconds and a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
