import { SlipwayError } from '../protocol/index.ts';

const secondsPerUnit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/**
 * Seconds of a duration: a number of seconds, or Go-like text such as `90m`, `1h30m`, `1.5h`.
 * @throws SlipwayError `spec.invalid` for anything else, and for zero
 */
export function parseDuration(value: number | string): number {
  const seconds = typeof value === 'number' ? value : secondsOfText(value);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new SlipwayError('spec.invalid', `${JSON.stringify(value)} is not a time limit.`, {
    action: 'Give seconds as a number above zero, or text such as 90m or 1h30m.',
  });
}

function secondsOfText(text: string): number {
  if (!/^(\d+(\.\d+)?[hms])+$/.test(text)) return Number.NaN;
  return [...text.matchAll(/([\d.]+)([hms])/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (secondsPerUnit[unit ?? ''] ?? Number.NaN),
    0,
  );
}
