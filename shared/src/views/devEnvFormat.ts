import { amountOf } from '../protocol/index.ts';
import type { AllWords } from './words/allWords.ts';

const minuteMs = 60_000;
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A span of time as people say it: `25 min`, `2 h`, `1 h 52 min`, `3 days`. Takes milliseconds; cuts off instead of rounding. */
export function spanInWords(durationMs: number, { devEnv }: AllWords): string {
  const minutes = Math.floor(Math.max(0, durationMs) / minuteMs);
  if (minutes < 1) return devEnv.underMinute;
  if (minutes < 60) return devEnv.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return devEnv.days(Math.floor(hours / 24));
  return minutes % 60 === 0 ? devEnv.hours(hours) : devEnv.hoursMinutes(hours, minutes % 60);
}

/** `20 GiB`, `1.5 TiB`: binary units, as disks and memory are asked for. Takes bytes. */
export function binaryBytes(bytes: number): string {
  const unit = unitOf(bytes);
  return `${numberIn(bytes, unit)} ${units[unit] ?? 'B'}`;
}

/** `12 of 20 GiB`: what is used, in the unit of the whole. Takes bytes. */
export function usedOfBytes(usedBytes: number, totalBytes: number, { devEnv }: AllWords): string {
  const unit = unitOf(totalBytes);
  return devEnv.usedOf(numberIn(usedBytes, unit), numberIn(totalBytes, unit), units[unit] ?? 'B');
}

/** A quantity of bytes as an API server writes it (`20Gi`), for people; as it is where it is none. */
export function quantityInWords(quantity: string): string {
  const bytes = amountOf(quantity);
  return bytes === undefined ? quantity : binaryBytes(bytes);
}

function unitOf(bytes: number): number {
  let unit = 0;
  // From here on it would round to 1024 of the smaller unit.
  while (bytes >= 1023.5 * 1024 ** unit && unit < units.length - 1) unit += 1;
  return unit;
}

/** Nine and more have no decimals, and a whole number has none. */
function numberIn(bytes: number, unit: number): string {
  const value = Math.max(0, bytes) / 1024 ** unit;
  const isWhole = unit === 0 || value >= 9.95 || Math.abs(value - Math.round(value)) < 0.05;
  return isWhole ? String(Math.round(value)) : value.toFixed(1);
}
