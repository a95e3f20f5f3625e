import { useEffect, useState } from 'react';

/** The time in epoch ms, anew every second while `ticking`. */
export function useNow(now: () => number, ticking: boolean): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!ticking) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now();
}
