import type { Words } from './words/index.ts';

/** `4 min ago` in the language of the words; for older times the date. Times in milliseconds since the epoch. */
export function relativeTime(time: number, now: number, words: Words, locale: string): string {
  const { timeAgo } = words.panels;
  const seconds = Math.floor((now - time) / 1000);
  if (seconds < 5) return timeAgo.now;
  if (seconds < 60) return timeAgo.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return timeAgo.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return timeAgo.hours(hours);
  const days = Math.floor(hours / 24);
  if (days < 30) return timeAgo.days(days);
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(time);
}
