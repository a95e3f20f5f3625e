/** Longest text that goes into an event; it is a line on a screen. */
const maxTextLength = 500;

/** Cuts to 500 characters, never through the middle of one. */
export function cutText(value: string): string {
  if (value.length <= maxTextLength) return value;
  return Array.from(value.slice(0, 2 * maxTextLength))
    .slice(0, maxTextLength)
    .join('');
}

/** One line without control characters, at most 500 characters. */
export function line(value: string): string {
  return cutText(value.replace(/[\p{Cc}\u2028\u2029\p{Bidi_Control}\p{Cs}]+/gu, ' ').trim());
}

/** "a", "a and b", "a, b and c". */
export function enumerate(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** "1 node", "2 nodes". */
export function countWords(number: number, singular: string): string {
  return `${number} ${singular}${number === 1 ? '' : 's'}`;
}

const units = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 } as const;

/** A Go duration such as `1h30m0s` as ms; undefined for none, or for "0", which means no limit. */
export function goDuration(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:\d+(?:\.\d+)?(?:ms|us|µs|ns|h|m|s))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, number = '0', unit = 's'] of value.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)) {
    total += Number(number) * units[unit as keyof typeof units];
  }
  return total > 0 ? total : undefined;
}

/** `45s`, `1h 30m`: what a limit is called, without parts that are zero. */
export function limitWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const words = parts.filter(([number]) => number > 0).map(([number, unit]) => `${number}${unit}`);
  return words.length === 0 ? `${ms / 1000}s` : words.join(' ');
}

/** `12s`, `4m`, `3h 02m`, `2d 05h`: how long something has lasted; coarse, so that it does not change all the time. */
export function ageWords(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d ${String(hours % 24).padStart(2, '0')}h`;
}
