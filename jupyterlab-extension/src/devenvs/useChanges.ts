import type { Disposable } from '@slipway/shared/client';
import { useEffect, useState } from 'react';

/** Draws a component anew with every change. */
export function useChanges(onChange: (listener: () => void) => Disposable): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const subscription = onChange(() => tick((count) => count + 1));
    return () => subscription.dispose();
  }, [onChange]);
}
