import { SlipwayError } from '../protocol/index.ts';

/** A run's name and the context that it is in. */
export interface RunName {
  readonly context: string;
  readonly name: string;
}

/**
 * The run that a person means: its whole name, or the beginning of it where only one run begins so.
 * @param runs all runs, newest first
 * @throws SlipwayError `usage` naming the candidates, `run.notFound` naming runs of similar name
 */
export function matchRun(wanted: string, runs: readonly RunName[]): RunName {
  const exact = runs.filter((run) => run.name === wanted);
  const candidates = exact.length > 0 || wanted === '' ? exact : runs.filter((run) => run.name.startsWith(wanted));
  const [first, ...others] = candidates;
  if (first === undefined) throw notFound(wanted, runs);
  if (others.length > 0) throw ambiguous(wanted, candidates);
  return first;
}

function ambiguous(wanted: string, candidates: readonly RunName[]): SlipwayError {
  const several = new Set(candidates.map((run) => run.context)).size > 1;
  const shown = candidates.slice(0, 5).map((run) => (several ? `${run.name} (${run.context})` : run.name));
  const more = candidates.length > shown.length ? ` and ${candidates.length - shown.length} more` : '';
  const same = candidates.every((run) => run.name === wanted);
  return new SlipwayError('usage', `${quoted(wanted)} may be ${shown.join(', ')}${more}.`, {
    action: same ? 'Name the context, too.' : 'Give more of the name.',
  });
}

function notFound(wanted: string, runs: readonly RunName[]): SlipwayError {
  if (runs.length === 0) {
    return new SlipwayError('run.notFound', `There is no run ${quoted(wanted)}: there are no runs yet.`, {
      action: 'Start one with "slipway run FILE".',
    });
  }
  const near = nearNames(wanted, runs);
  return new SlipwayError('run.notFound', `There is no run ${quoted(wanted)}.`, {
    action: near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List the runs with "slipway runs".',
  });
}

/** Names that have at least half of their pairs of letters in common with `wanted`, or contain it; at most three. */
function nearNames(wanted: string, runs: readonly RunName[]): string[] {
  const letters = wanted.toLowerCase().slice(0, 64);
  const pairs = letterPairs(letters);
  const likeness = (name: string): number => {
    if (letters.length >= 3 && name.includes(letters)) return 1;
    const others = letterPairs(name);
    const shared = [...pairs].filter((pair) => others.has(pair)).length;
    return (2 * shared) / (pairs.size + others.size);
  };
  return [...new Set(runs.map((run) => run.name))]
    .map((name) => ({ name, like: likeness(name) }))
    .filter(({ like }) => like >= 0.5)
    .sort((one, other) => other.like - one.like)
    .slice(0, 3)
    .map(({ name }) => name);
}

function letterPairs(text: string): ReadonlySet<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => text.slice(index, index + 2)));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
