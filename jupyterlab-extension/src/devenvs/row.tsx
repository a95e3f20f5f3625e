import type { DevEnv } from '@slipway/shared/protocol';
import { devEnvView, type DevEnvView, shownText } from '@slipway/shared/views';
import type { LabIcon } from '@jupyterlab/ui-components';
import { type JSX, useId, useState } from 'react';
import type { DevEnvAction } from '../devEnvPage.ts';
import { moreIcon, runIcon, stopIcon } from '../surfaces/icons.ts';
import { RowAction } from '../surfaces/rowAction.tsx';
import { openRunMenu } from '../surfaces/runMenu.ts';
import { devEnvIcons } from './icons.ts';
import type { RoomState } from './roomState.ts';
import type { RoomWords } from './roomWords.ts';
import { suits } from './suits.ts';

interface RowProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  readonly now: number;
  /** Whether contexts have to be told apart. */
  readonly showsContext: boolean;
  readonly perform: (action: DevEnvAction, devEnv: DevEnv) => void;
}

/** One DevEnv: name, what it does, what it has; behind it everything that was settled, and what can be done. */
export function DevEnvRow({ state, devEnv, now, showsContext, perform }: RowProps): JSX.Element {
  const { words } = state;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const staleSince = state.staleSince(devEnv.context);
  const isStarting = devEnv.state === 'starting';
  const reason = (isStarting ? state.progressOf(devEnv) : undefined) ?? devEnv.reason;
  const view = devEnvView({ ...devEnv, reason }, words.shared, now, staleSince);
  const { icon: Icon, colour } = devEnvIcons[devEnv.state];
  return (
    <li
      className="slipway-devenv"
      data-devenv={devEnv.name}
      data-context={devEnv.context}
      data-state={devEnv.state}
      data-stale={view.stale}
    >
      <button
        type="button"
        className="slipway-row-open"
        aria-expanded={isOpen}
        aria-controls={id}
        title={hoverText(devEnv, view, words)}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon.react
          tag="span"
          className={`slipway-state slipway-state-${view.stale ? 'stale' : colour}`}
          aria-hidden="true"
        />
        <span className="slipway-row-text">
          <span className="slipway-row-title">
            <span className="slipway-name">{shownText(devEnv.name)}</span>
            {showsContext && <span className="slipway-muted slipway-when">{shownText(devEnv.context)}</span>}
          </span>
          <span className="slipway-muted slipway-facts">{view.shortRow}</span>
          {isStarting && (
            // Without the minutes, which nobody wants to hear each time.
            <span className="slipway-heard" role="status">
              {[view.word, view.detail].join(' ').trim()}
            </span>
          )}
        </span>
      </button>
      <RowActions state={state} devEnv={devEnv} isAway={view.stale} perform={perform} />
      {view.warning !== undefined && devEnv.mine && (
        <div className="slipway-devenv-warning">
          <button type="button" className="slipway-link" onClick={() => perform('keep', devEnv)}>
            {words.shared.devEnv.keepRunning}
          </button>
        </div>
      )}
      <div id={id} hidden={!isOpen}>
        {isOpen && <Detail state={state} devEnv={devEnv} view={view} perform={perform} />}
      </div>
    </li>
  );
}

function hoverText({ name, startingSince }: DevEnv, { row }: DevEnvView, { shared, host }: RoomWords): string {
  const since = startingSince === undefined ? '' : new Date(startingSince).toLocaleString(host.locale);
  return [
    shownText(name),
    row,
    ...(since === '' ? [] : [shared.devEnv.labelled(shared.devEnv.facts.startingSince, since)]),
  ].join('\n');
}

interface RowActionsProps extends Pick<RowProps, 'state' | 'devEnv' | 'perform'> {
  readonly isAway: boolean;
}

function RowActions({ state, devEnv, isAway, perform }: RowActionsProps): JSX.Element | null {
  if (!devEnv.mine) return null;
  const { devEnvActions, more } = state.words.host.lab;
  const name = shownText(devEnv.name);
  const act = (action: DevEnvAction, icon: LabIcon): JSX.Element => (
    <RowAction
      icon={icon}
      label={devEnvActions[action]}
      name={name}
      disabled={isAway}
      onClick={() => perform(action, devEnv)}
    />
  );
  return (
    <span className="slipway-row-actions">
      {suits('start', devEnv) && act('start', runIcon)}
      {suits('stop', devEnv) && act('stop', stopIcon)}
      <RowAction icon={moreIcon} label={more} name={name} onClick={(event) => openRunMenu(event.currentTarget)} />
    </span>
  );
}

interface DetailProps extends Pick<RowProps, 'state' | 'devEnv' | 'perform'> {
  readonly view: DevEnvView;
}

/** Quick ways to what people want of a DevEnv that runs; everything else is in the menu. */
const quick: readonly DevEnvAction[] = ['start', 'run', 'jobs', 'jupyter', 'connect', 'test'];

function Detail({ state, devEnv, view, perform }: DetailProps): JSX.Element {
  const { words } = state;
  const { devEnvActions } = words.host.lab;
  return (
    <div className="slipway-devenv-detail">
      {view.detail !== '' && <p>{view.detail}</p>}
      {devEnv.action !== undefined && <p className="slipway-muted">{shownText(devEnv.action)}</p>}
      {view.isDiskFull && <p role="alert">{words.shared.devEnv.diskFull}</p>}
      <div className="slipway-buttons">
        {quick
          .filter((action) => suits(action, devEnv))
          .map((action) => (
            <button key={action} type="button" className="slipway-link" onClick={() => perform(action, devEnv)}>
              {devEnvActions[action]}
            </button>
          ))}
      </div>
      <dl className="slipway-facts-table">
        {view.facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt className="slipway-muted">{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
