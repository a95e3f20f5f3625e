import type { ContextSummary, Space } from '@slipway/shared/protocol';
import { type JSX, useState } from 'react';
import { spaceFacts } from '@slipway/shared/views';
import { troubleIn } from '../words/index.ts';
import { chevronIcon } from '../surfaces/icons.ts';
import { moveFocus } from '../surfaces/rovingFocus.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';
import { Fact } from './contextDetail.tsx';
import { TroubleNote } from './troubleNote.tsx';

interface SpaceFactsProps {
  readonly model: SidePanelModel;
  readonly summary: ContextSummary;
}

/** The space and what one may do in it; its name opens the others to choose from. */
export function SpaceFacts({ model, summary }: SpaceFactsProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const [isOpen, setOpen] = useState(false);
  const state = account.spaces(summary.name);
  const current = state.kind === 'loaded' ? state.spaces.find((space) => space.current) : undefined;
  const toggle = (): void => {
    // What was asked for long ago may have been used up since.
    if (!isOpen && state.kind !== 'loading') account.loadSpaces(summary.name);
    setOpen(!isOpen);
  };
  return (
    <>
      <Fact name={signIn.space}>
        <button
          type="button"
          className="slipway-quiet-button slipway-space-button"
          aria-expanded={isOpen}
          title={signIn.chooseSpace}
          onClick={toggle}
        >
          <span className="slipway-name">{summary.namespace ?? signIn.chooseSpace}</span>
          <chevronIcon.react tag="span" className="slipway-chevron" />
        </button>
      </Fact>
      {isOpen && (
        <dd className="slipway-spaces">
          <SpaceList model={model} context={summary.name} onChosen={() => setOpen(false)} />
        </dd>
      )}
      {current !== undefined && (
        <Fact name={signIn.mayDo}>
          {signIn.actionsAllowed(current.allowed, current.asked)}
          {current.missing.length > 0 && (
            <div className="slipway-muted">{signIn.missingRights(current.missing.join(', '))}</div>
          )}
        </Fact>
      )}
      {current?.gpus !== undefined && current.gpusFree !== undefined && (
        <Fact name={signIn.gpus}>{signIn.gpusFree(current.gpusFree, current.gpus)}</Fact>
      )}
      {!isOpen && state.kind === 'loading' && <dd className="slipway-muted slipway-spaces">{signIn.askingCluster}</dd>}
      {!isOpen && state.kind === 'failed' && (
        <dd className="slipway-spaces">
          <TroubleNote trouble={troubleIn(state.error, words)} />
        </dd>
      )}
    </>
  );
}

interface SpaceListProps {
  readonly model: SidePanelModel;
  readonly context: string;
  readonly onChosen: () => void;
}

function SpaceList({ model, context, onChosen }: SpaceListProps): JSX.Element {
  const { account, words } = model;
  const { signIn } = words.shared;
  const state = account.spaces(context);
  if (state.kind === 'failed') return <TroubleNote trouble={troubleIn(state.error, words)} />;
  if (state.kind !== 'loaded') {
    return (
      <p className="slipway-muted" role="status">
        {signIn.askingCluster}
      </p>
    );
  }
  const hasCurrent = state.spaces.some((space) => space.current);
  const choose = (space: Space): void => {
    onChosen();
    if (!space.current) void account.chooseSpace(context, space.name);
  };
  return (
    <>
      {state.spaces.length === 0 && <p className="slipway-muted">{signIn.noSpaces}</p>}
      <ul className="slipway-list" role="radiogroup" aria-label={signIn.chooseSpace} onKeyDown={moveFocus}>
        {state.spaces.map((space, index) => (
          <li key={space.name} role="presentation">
            <button
              type="button"
              role="radio"
              aria-checked={space.current}
              tabIndex={space.current || (!hasCurrent && index === 0) ? 0 : -1}
              className="slipway-space"
              data-space={space.name}
              title={space.missing.length > 0 ? signIn.missingRights(space.missing.join(', ')) : space.name}
              onClick={() => choose(space)}
            >
              <span className="slipway-name">{space.name}</span>
              <span className="slipway-muted">
                {[signIn.actionsAllowed(space.allowed, space.asked), ...spaceFacts(space, words.shared)].join(' · ')}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {state.notes.map((note) => (
        <p key={note} className="slipway-muted">
          {note}
        </p>
      ))}
    </>
  );
}
