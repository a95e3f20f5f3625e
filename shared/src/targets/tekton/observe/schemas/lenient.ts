import * as z from 'zod';

/**
 * Building blocks for reading what an API server of any version says: a part that is missing or malformed becomes
 * undefined or empty and never throws the whole object away.
 */
export const text = z.string().optional().catch(undefined);
export const flag = z.boolean().optional().catch(undefined);
export const integer = z.int().optional().catch(undefined);
export const anything = z.unknown().optional();

/** A timestamp (RFC 3339) as epoch ms. */
export const timestamp = z.string().transform(parseTime).optional().catch(undefined);

/** Text by name; values that are no text are left out. */
export const texts = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((values): Readonly<Record<string, string>> => {
    const entries = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return Object.fromEntries(entries);
  });

/** An object that may be missing. */
export function part<Shape extends z.ZodRawShape>(shape: Shape): z.ZodCatch<z.ZodOptional<z.ZodObject<Shape>>> {
  return z.object(shape).optional().catch(undefined);
}

/** A list; items that do not fit are left out. */
export function listOf<Item extends z.ZodType>(
  item: Item,
): z.ZodPipe<z.ZodCatch<z.ZodArray<z.ZodUnknown>>, z.ZodTransform<readonly z.output<Item>[], unknown[]>> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((values): readonly z.output<Item>[] =>
      values.flatMap((value) => {
        const parsed = item.safeParse(value);
        return parsed.success ? [parsed.data] : [];
      }),
    );
}

export const textList = listOf(z.string());

function parseTime(value: string): number | undefined {
  const time = Date.parse(value);
  return Number.isNaN(time) || time < 0 ? undefined : time;
}
