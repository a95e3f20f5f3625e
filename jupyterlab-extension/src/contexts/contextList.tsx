import type { ContextState } from '@slipway/shared/client';
import type { ContextSummary } from '@slipway/shared/protocol';
import { type JSX, useEffect, useRef } from 'react';
import type { HostWords } from '../words/index.ts';
import { checkIcon, clusterIcon, computerIcon } from '../surfaces/icons.ts';
import { moveFocus } from '../surfaces/rovingFocus.ts';
import type { SidePanelModel } from '../surfaces/sidePanelModel.ts';

/** The contexts, one of which is chosen, each with who is signed in there. */
export function ContextList({ model }: { readonly model: SidePanelModel }): JSX.Element {
  const { words, actions, state } = model;
  const list = useRef<HTMLUListElement>(null);
  const { chosenContext } = state;
  const isThere = state.contexts.some(({ name }) => name === chosenContext);
  useEffect(() => {
    const { current } = list;
    const chosen = current?.querySelector<HTMLElement>('[aria-checked="true"]') ?? null;
    // Within the list alone: the panel stays where it is.
    if (current !== null && chosen !== null) current.scrollTop = chosen.offsetTop - current.offsetTop;
  }, [chosenContext, isThere]);
  return (
    <ul
      ref={list}
      className="slipway-list slipway-contexts"
      role="radiogroup"
      aria-label={words.lab.contexts}
      onKeyDown={moveFocus}
    >
      {state.contexts.map((context, index) => {
        const chosen = context.name === chosenContext;
        const Icon = chosen ? checkIcon : context.name === 'local' ? computerIcon : clusterIcon;
        return (
          <li key={context.name} role="presentation">
            <button
              type="button"
              role="radio"
              aria-checked={chosen}
              tabIndex={chosen || (!isThere && index === 0) ? 0 : -1}
              className="slipway-context"
              data-context={context.name}
              title={titleOf(context, model.account.summary(context.name), words)}
              onClick={() => actions.chooseContext(context.name)}
            >
              <Icon.react tag="span" />
              <span className="slipway-name">{context.name}</span>
              <span className="slipway-muted slipway-context-note">
                {noteOf(context, model.account.summary(context.name), words)}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** The whole name, who that is, and why its runs cannot be read. */
function titleOf({ name, reason }: ContextState, summary: ContextSummary | undefined, words: HostWords): string {
  const user = summary?.signIn.user ?? summary?.signIn.email;
  const who = user === undefined ? [] : [words.shared.signIn.signedInAs(user)];
  return [words.lab.chooseContext(name), ...who, ...(reason === undefined ? [] : [reason])].join('\n');
}

/** Who is signed in, or what keeps its runs from being read. */
function noteOf(
  { name, state, forbidden }: ContextState,
  summary: ContextSummary | undefined,
  words: HostWords,
): string {
  const { signIn } = words.shared;
  if (summary?.signIn.state === 'signedOut') return signIn.notSignedIn;
  if (summary?.signIn.state === 'expired') return signIn.expiredShort;
  if (state === 'stale') return forbidden ? words.lab.forbidden : words.lab.stale;
  if (name === 'local') return words.lab.thisMachine;
  return summary?.signIn.user ?? summary?.signIn.email ?? '';
}
