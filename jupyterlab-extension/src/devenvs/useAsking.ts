import { type RefObject, useEffect, useRef, useState } from 'react';

export interface Asking {
  /** `going`: it was agreed to, and is being done. */
  readonly step: 'shown' | 'asked' | 'going';
  /** Of the button that asks: whoever kept it as it was is there again. */
  readonly opener: RefObject<HTMLButtonElement>;
  readonly ask: () => void;
  readonly answer: (goesOn: boolean) => void;
}

/** Something that is done once it was asked about (`Asked`). */
export function useAsking(work: () => Promise<void>): Asking {
  const [step, setStep] = useState<Asking['step']>('shown');
  const opener = useRef<HTMLButtonElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === 'asked' && step === 'shown') opener.current?.focus();
    before.current = step;
  }, [step]);
  const answer = (goesOn: boolean): void => {
    setStep(goesOn ? 'going' : 'shown');
    if (goesOn) void work().then(() => setStep('shown'));
  };
  return { step, opener, ask: () => setStep('asked'), answer };
}
