/** Descriptions of the job spec's fields, by name. */
export type Hints = Readonly<Record<string, string>>;

/** Reads them out of the properties of the job's JSON Schema. */
export function descriptionsOf(properties: unknown): Hints {
  if (typeof properties !== 'object' || properties === null) return {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]: [string, unknown]) =>
      typeof property === 'object' &&
      property !== null &&
      'description' in property &&
      typeof property.description === 'string'
        ? [[name, property.description]]
        : [],
    ),
  );
}
