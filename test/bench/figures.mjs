/** What `npm run bench` measures, by name: on this machine alone, and on the test cluster. */
export const figuresHere = [
  'start',
  'logs',
  'run',
  'jupyter',
  'activation',
  'identity',
  'press',
  'memory',
  'sizes',
  'panels',
];
export const figuresOfCluster = [
  'preflight',
  'submit',
  'latency',
  'merged',
  'waiting',
  'status',
  'cell',
  'connect',
  'transfer',
  'space',
];

/**
 * Which of them are wanted: all where none is named; `local` and `cluster` are those of a place, `all` both.
 * @param {readonly string[]} names
 * @returns {ReadonlySet<string>}
 * @throws {RangeError} naming what is no figure
 */
export function wantedFigures(names) {
  const all = [...figuresHere, ...figuresOfCluster];
  const groups = { local: figuresHere, cluster: figuresOfCluster, all };
  const unknown = names.filter((name) => !Object.hasOwn(groups, name) && !all.includes(name));
  if (unknown.length > 0)
    throw new RangeError(
      `There is no figure ${unknown.join(', ')}; there are ${[...all, ...Object.keys(groups)].join(', ')}.`,
    );
  return new Set((names.length === 0 ? ['all'] : names).flatMap((name) => groups[name] ?? [name]));
}
