/** Reading an object that anybody may have written: what is not there, or is something else, is empty. */

type Fields = Readonly<Record<string, unknown>>;

/** A mapping's fields; none where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** The mappings in a list; none where it is no list. */
export function mappingsIn(value: unknown): readonly Fields[] {
  // Array.from takes the holes of a sparse array for undefined.
  return Array.isArray(value) ? Array.from(value, fieldsOf) : [];
}

/** A text; undefined where it is none, or empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The names in a list of mappings that have one. */
export function namesIn(list: readonly Fields[], field = 'name'): readonly string[] {
  return list.map((entry) => textOf(entry[field])).filter((name) => name !== undefined);
}

const deepest = 40;

/** All texts in a value, as deep as a manifest can be. */
export function* textsIn(value: unknown, depth = 0): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null && depth < deepest) {
    for (const part of Object.values(value)) yield* textsIn(part, depth + 1);
  }
}
