/** Words for durations and times. Pure; every function takes the time it needs. */

/** `0.8s`, `31s`, `1m 12s`, `3h 02m`, `2d 05h`. Takes milliseconds; cuts off instead of rounding, so it never jumps ahead. */
export function formatDuration(durationMs: number): string {
  const tenths = Math.floor(Math.max(0, durationMs) / 100);
  if (tenths < 100) return `${Math.floor(tenths / 10)}.${tenths % 10}s`;
  const seconds = Math.floor(tenths / 10);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${twoDigits(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`;
}

/** `just now`, `12s ago`, `3 min ago`, `2 h ago`, `4 days ago`, then the date. Times in milliseconds since the epoch. */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.floor((now - time) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds}s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  if (days === 1) return '1 day ago';
  if (days < 30) return `${days} days ago`;
  return new Date(time).toISOString().slice(0, 10);
}

/** `12:03:04` in the given time zone (IANA name; undefined for the machine's own). */
export function createClockFormat(timeZone: string | undefined): (time: number) => string {
  // A format by `Intl` takes 15 ms to make, and every command that follows a run tells the time.
  if (timeZone === undefined) return localClock;
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone,
  });
  return (time) => format.format(time);
}

function localClock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** `1 file`, `2 files`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
