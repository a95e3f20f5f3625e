import { type JSX, type ReactNode, useEffect, useId, useRef } from 'react';

interface SectionProps {
  readonly heading: string;
  /** Which of the states it is, for styles and tests. */
  readonly name: string;
  readonly children: ReactNode;
  /** True where it came because of what the person did: their keyboard goes on from there. */
  readonly takesFocus?: boolean;
}

/** A part of the panel with a heading of its own. */
export function Section({ heading, name, children, takesFocus = false }: SectionProps): JSX.Element {
  const id = useId();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const active = document.activeElement;
    // What was pressed is gone, and the focus with it; elsewhere it is left alone.
    if (takesFocus && (active === null || active === document.body || active.closest('.slipway-side-panel') !== null))
      title.current?.focus();
  }, [takesFocus]);
  return (
    <section className="slipway-account" data-state={name} aria-labelledby={id}>
      <h3 id={id} ref={title} tabIndex={-1} className="slipway-account-heading">
        {heading}
      </h3>
      {children}
    </section>
  );
}
