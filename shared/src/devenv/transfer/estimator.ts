/** What was seen of a transfer: how much was there when. */
interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** Looks back so far, ms: long enough to be steady, short enough to notice a slower network. */
const windowMs = 5_000;
/** Before so much time nothing is said. */
const leastMs = 750;

/** Rate and time left of a transfer. Pure: each observation gives a new one. */
export interface Estimate {
  readonly samples: readonly Sample[];
}

export const freshEstimate: Estimate = { samples: [] };

/** @param at ms on any clock that only goes forward */
export function observe(estimate: Estimate, at: number, bytes: number): Estimate {
  const last = estimate.samples.at(-1);
  // Less than before: another try began.
  const samples = last !== undefined && (bytes < last.bytes || at < last.at) ? [] : estimate.samples;
  const from = samples.findLastIndex((sample) => at - sample.at >= windowMs);
  return { samples: [...samples.slice(Math.max(0, from)), { at, bytes }] };
}

export function rateOf(
  { samples }: Estimate,
  leftBytes: number,
): { readonly bytesPerSecond?: number; readonly leftMs?: number } {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < leastMs) return {};
  const bytesPerSecond = ((last.bytes - first.bytes) * 1_000) / (last.at - first.at);
  if (bytesPerSecond <= 0) return leftBytes === 0 ? { bytesPerSecond, leftMs: 0 } : { bytesPerSecond };
  return { bytesPerSecond, leftMs: (Math.max(0, leftBytes) * 1_000) / bytesPerSecond };
}
