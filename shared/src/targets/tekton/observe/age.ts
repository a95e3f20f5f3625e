/** How long ago something was, as Kubernetes prints it: milliseconds, as exact as its last unit. */
export interface Age {
  /** Inclusive; negative where the printing clock may have been behind. */
  readonly atLeast: number;
  /** Exclusive. */
  readonly below: number;
}

const units: Readonly<Record<string, number>> = { y: 31_536_000_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
/** What lies ahead by less than this is printed as "0s". */
const aheadMs = 2_000;

/** Reads an age such as "3d4h" or "9m28s"; undefined for anything else, such as "<unknown>". */
export function parseAge(text: string): Age | undefined {
  if (!/^(?:\d+[ydhms])+$/.test(text)) return undefined;
  let total = 0;
  let last = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+)([ydhms])/g)) {
    last = units[unit] ?? 0;
    total += Number(number) * last;
  }
  return { atLeast: total === 0 ? -aheadMs : total, below: total + last };
}

/** How exactly an age that is `ms` long is printed, milliseconds. */
export function exactnessOf(ms: number): number {
  const minute = 60_000;
  const hour = 60 * minute;
  const day = 24 * hour;
  if (ms < 10 * minute) return 1_000;
  if (ms < 8 * hour) return minute;
  return ms < 8 * day ? hour : day;
}
