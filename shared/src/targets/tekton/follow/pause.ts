/** From 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

const firstMs = 250;
const mostMs = 5_000;

/** How long to wait after `failures` failures in a row (1 or more): 0.25 s doubled up to 5 s, less up to a half by chance. */
export function pauseMs(failures: number, random: Random): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 10)) * (0.5 + random() / 2);
}
