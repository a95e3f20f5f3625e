import { type JSX, useId } from 'react';

interface LineInputProps {
  readonly label: string;
  readonly hint: string;
  readonly onLine: (line: string) => void;
  readonly initial?: string;
  readonly placeholder?: string;
}

/** A line for a machine, with what is to be written: commands and paths are spelled as they are typed. */
export function LineInput({ label, hint, onLine, initial, placeholder }: LineInputProps): JSX.Element {
  const id = useId();
  return (
    <>
      <label htmlFor={`${id}-line`}>{label}</label>
      <input
        id={`${id}-line`}
        className="jp-mod-styled slipway-devenv-mono"
        type="text"
        required
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        defaultValue={initial}
        placeholder={placeholder}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onLine(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} className="slipway-muted">
        {hint}
      </p>
    </>
  );
}
