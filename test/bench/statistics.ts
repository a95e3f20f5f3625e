/** Median of a non-empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The smallest value that `percent` of a non-empty list do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** One measured quantity beside its reference, from pairs taken in turn in one process. */
export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  readonly referenceName: string;
  readonly goal: string;
  /** Gets the medians, or the percentile that the goal is about. */
  readonly met: (ours: number, reference: number) => boolean;
  /** Which percentile the goal is about; the median where none is given. */
  readonly percent?: number;
  /** What else was seen: counts, parts of the time; a line each. */
  readonly details?: readonly string[];
}

export function describeComparison(comparison: Comparison): string {
  const { unit, percent, details = [] } = comparison;
  const judged = (values: readonly number[]) => (percent === undefined ? median(values) : percentile(values, percent));
  const ours = judged(comparison.ours);
  const reference = judged(comparison.reference);
  const ratios = comparison.ours.map((value, index) => value / (comparison.reference[index] ?? Number.NaN));
  // Of single events the pairs say nothing; of the whole they do.
  const ratio = percent === undefined ? median(ratios) : ours / reference;
  const verdict = comparison.met(ours, reference) ? 'goal met' : 'goal missed';
  const which = percent === undefined ? 'medians' : `p${percent}`;
  return [
    `${comparison.name} (${comparison.ours.length} pairs)`,
    `  ours       ${spread(comparison.ours, unit)}`,
    `  reference  ${spread(comparison.reference, unit)}   ${comparison.referenceName}`,
    `  ratio      ${ratio.toFixed(2)}   difference ${format(ours - reference)} ${unit} (${which})`,
    ...details.map((detail) => `  ${detail}`),
    `  goal       ${comparison.goal}: ${verdict}`,
  ].join('\n');
}

function spread(values: readonly number[], unit: string): string {
  const range = `[${format(Math.min(...values))} … ${format(Math.max(...values))}]`;
  return `${format(median(values))} ${unit}, p95 ${format(percentile(values, 95))}   ${range}`;
}

function format(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(3);
}
