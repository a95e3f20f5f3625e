import { useEffect, useState } from 'react';

/** The time in epoch ms, anew every so many milliseconds; not by itself where that is undefined. */
export function useNow(now: () => number, everyMs: number | undefined): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now();
}
