export type Values = Readonly<Record<string, string>>;

/** Fills `{name}`s in; undefined when a value is missing or empty, so that no half-filled sentence is ever shown. */
export function fill(template: string, values: Values): string | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const known = (name: string): string => (Object.hasOwn(values, name) ? (values[name] ?? '') : '');
  if (names.some((name) => known(name) === '')) return undefined;
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => known(name));
}
