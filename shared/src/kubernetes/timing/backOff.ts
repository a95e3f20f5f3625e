import type { Random } from './random.ts';

const firstMs = 250;
/** Whoever looks is to see the truth within 10 s of the server's return: a connection is made in them, and a list may be read. */
const mostMs = 5_000;

/** How often in a row something has failed, and when it last began to go well. */
export interface BackOff {
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly goodSince: number | undefined;
}

export const freshBackOff: BackOff = { failures: 0, goodSince: undefined };

/** Time that has to go well before failures are forgotten. */
const goodMs = 60_000;

export function wentWell(backOff: BackOff, now: number): BackOff {
  return backOff.goodSince === undefined ? { ...backOff, goodSince: now } : backOff;
}

/** Counts a failure; what went well for a minute before it is a fresh start. */
export function failed(backOff: BackOff, now: number): BackOff {
  const recovered = backOff.goodSince !== undefined && now - backOff.goodSince >= goodMs;
  return { failures: recovered ? 1 : backOff.failures + 1, goodSince: undefined };
}

/**
 * Milliseconds to wait before the next try: 0.25 s, doubled with each failure, at most 5 s unless told otherwise, less up
 * to a half by chance, so that many clients do not come back at once. Never less than `atLeastMs`, which a server asked for
 * (`Retry-After`).
 */
export function waitMs(backOff: BackOff, random: Random, atLeastMs = 0, atMostMs = mostMs): number {
  if (backOff.failures === 0) return atLeastMs;
  const full = Math.min(atMostMs, firstMs * 2 ** Math.min(backOff.failures - 1, 16));
  return Math.max(atLeastMs, Math.round(full * (0.5 + random() / 2)));
}
