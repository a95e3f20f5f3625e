import { shownText } from '@slipway/shared/views';
import { type JSX, useState } from 'react';
import { copyIcon } from '../surfaces/icons.ts';
import type { RoomState } from './roomState.ts';

interface CopiedProps {
  readonly state: RoomState;
  readonly name: string;
  readonly value: string;
}

/** Something to be copied to where it is needed, with its name before it. */
export function Copied({ state, name, value }: CopiedProps): JSX.Element {
  const { connection: say } = state.words.own;
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    state.page.copy(value);
    setCopied(true);
  };
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{shownText(value)}</code>
        <button
          type="button"
          className="slipway-quiet-button"
          title={say.copy(name)}
          aria-label={say.copy(name)}
          onClick={copy}
        >
          <copyIcon.react tag="span" />
          <span role="status">{isCopied ? say.copied : ''}</span>
        </button>
      </dd>
    </>
  );
}
