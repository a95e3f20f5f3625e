/** Median of a non-empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One measured quantity beside its reference, from pairs taken in turn in one process. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  readonly referenceName: string;
  readonly goal: string;
  readonly met: (ours: number, reference: number) => boolean;
}

export function describeComparison(comparison: Comparison): string {
  const ours = median(comparison.ours);
  const reference = median(comparison.reference);
  const ratios = comparison.ours.map((value, index) => value / (comparison.reference[index] ?? Number.NaN));
  const verdict = comparison.met(ours, reference) ? 'goal met' : 'goal missed';
  return [
    `${comparison.name} (${comparison.ours.length} pairs)`,
    `  ours       ${format(ours)} ${comparison.unit}   [${format(Math.min(...comparison.ours))} … ${format(Math.max(...comparison.ours))}]`,
    `  reference  ${format(reference)} ${comparison.unit}   ${comparison.referenceName}`,
    `  ratio      ${median(ratios).toFixed(2)}   difference ${format(ours - reference)} ${comparison.unit}`,
    `  goal       ${comparison.goal}: ${verdict}`,
  ].join('\n');
}

function format(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(3);
}
