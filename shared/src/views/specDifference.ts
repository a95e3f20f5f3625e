import type { JobSpec } from '../protocol/index.ts';

/** How the job spec of a rerun differs from the run's own, as the method `runs/rerun` takes it. */
export interface SpecDifference {
  readonly changes: Partial<JobSpec>;
  /** Fields that the run had and the new one does without; left out where there are none. */
  readonly unset?: (keyof JobSpec)[];
}

/** The fields that differ. A command that takes a notebook's place, or the other way round, does so by itself. */
export function specDifference(original: JobSpec, wanted: JobSpec): SpecDifference {
  const changes: Record<string, unknown> = {};
  const unset: (keyof JobSpec)[] = [];
  const fields = new Set([...Object.keys(original), ...Object.keys(wanted)]) as ReadonlySet<keyof JobSpec>;
  for (const field of fields) {
    const [before, after] = [original[field], wanted[field]];
    if (isSame(before, after)) continue;
    if (after !== undefined) changes[field] = after;
    else if (!isSwap(field, wanted)) unset.push(field);
  }
  return unset.length === 0 ? { changes } : { changes, unset };
}

function isSwap(field: keyof JobSpec, wanted: JobSpec): boolean {
  return (
    (field === 'notebook' && wanted.command !== undefined) || (field === 'command' && wanted.notebook !== undefined)
  );
}

/** Values as JSON has them; the order of an object's fields says nothing. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}
