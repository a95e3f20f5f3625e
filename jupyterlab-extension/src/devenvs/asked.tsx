import { type JSX, useEffect, useRef } from 'react';

interface AskedProps {
  readonly question: string;
  readonly keep: string;
  readonly goOn: string;
  readonly onAnswer: (goesOn: boolean) => void;
}

/** A question in the place of what it is about: one dialog of JupyterLab waits until the one before it is closed. */
export function Asked({ question, keep, goOn, onAnswer }: AskedProps): JSX.Element {
  const first = useRef<HTMLButtonElement>(null);
  // Enter leaves it as it is.
  useEffect(() => first.current?.focus(), []);
  return (
    <div className="slipway-devenv-asked" role="alertdialog" aria-label={question}>
      <p>{question}</p>
      <div className="slipway-buttons">
        <button ref={first} type="button" className="slipway-link" onClick={() => onAnswer(false)}>
          {keep}
        </button>
        <button type="button" className="slipway-link slipway-devenv-warn" onClick={() => onAnswer(true)}>
          {goOn}
        </button>
      </div>
    </div>
  );
}
