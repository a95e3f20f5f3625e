import type { LabIcon } from '@jupyterlab/ui-components';
import type { JSX, MouseEvent } from 'react';

interface RowActionProps {
  readonly icon: LabIcon;
  readonly label: string;
  /** Of what the row is about, where the label alone would not tell rows apart to a screen reader. */
  readonly name?: string;
  readonly disabled?: boolean;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
}

/** A small button at the end of a row. */
export function RowAction({ icon: Icon, label, name, disabled, onClick }: RowActionProps): JSX.Element {
  return (
    <button
      type="button"
      className="slipway-row-action"
      title={label}
      aria-label={name === undefined ? label : `${label} ${name}`}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon.react tag="span" />
    </button>
  );
}
