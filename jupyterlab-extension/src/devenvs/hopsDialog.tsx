import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvHop } from '@slipway/shared/protocol';
import { SlipwayError } from '@slipway/shared/protocol';
import { hopsInWords, shownText, type ViewState } from '@slipway/shared/views';
import { type JSX, useEffect, useState } from 'react';
import { stateIcons } from '../surfaces/icons.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { troubleIn } from '../words/index.ts';
import { named } from './devEnvActions.ts';
import { DialogBody } from './dialogBody.tsx';
import { requestId } from './requestId.ts';
import type { RoomState } from './roomState.ts';

/** Measures each part of the way to a DevEnv while the dialog is open. */
export async function showHops(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { own, shared } = state.words;
  await showDialog({
    title: shared.devEnv.hops.heading(shownText(devEnv.name)),
    body: ReactWidget.create(<Hops state={state} devEnv={devEnv} />),
    buttons: [Dialog.okButton({ label: own.close })],
  });
}

const stateOf: Readonly<Record<DevEnvHop['outcome'], ViewState>> = {
  pass: 'passed',
  warn: 'lost',
  fail: 'failed',
  skipped: 'skipped',
};

function Hops({ state, devEnv }: { readonly state: RoomState; readonly devEnv: DevEnv }): JSX.Element {
  const { words } = state;
  const say = words.shared.devEnv.hops;
  const [hops, setHops] = useState<readonly DevEnvHop[]>([]);
  const [end, setEnd] = useState<string>();
  useEffect(() => measure(state, devEnv, setHops, setEnd), [state, devEnv]);
  return (
    <DialogBody>
      <ul className="slipway-list slipway-devenv-hops">
        {hops.map((hop) => (
          <li key={hop.name} data-hop={hop.name} data-outcome={hop.outcome}>
            <HopIcon outcome={hop.outcome} />
            <div>
              <p>
                {say.names[hop.name]} · {say.outcomes[hop.outcome]}
              </p>
              <p className="slipway-muted">{shownText(hop.detail)}</p>
              {hop.fix !== undefined && <p>{words.shared.devEnv.labelled(say.fix, shownText(hop.fix))}</p>}
            </div>
          </li>
        ))}
      </ul>
      <p role="status" className="slipway-state-line">
        {end === undefined && <StateIcon state="running" />}
        {end ?? say.testing}
      </p>
    </DialogBody>
  );
}

function HopIcon({ outcome }: { readonly outcome: DevEnvHop['outcome'] }): JSX.Element {
  const Icon = stateIcons[stateOf[outcome]].react;
  // What is slow is no failure, and in the colour of what waits.
  const colour = outcome === 'warn' ? 'queued' : stateOf[outcome];
  return <Icon tag="span" className={`slipway-state slipway-state-${colour}`} aria-hidden="true" />;
}

/** Begins to measure; the result ends it. */
function measure(
  { page, words }: RoomState,
  devEnv: DevEnv,
  onHops: (update: (hops: readonly DevEnvHop[]) => readonly DevEnvHop[]) => void,
  onEnd: (text: string) => void,
): () => void {
  const leaving = new AbortController();
  const id = requestId();
  const told = page.core.onNotification('devenv/hop', ({ id: whose, hop }) => {
    if (whose === id) onHops((hops) => [...hops.filter(({ name }) => name !== hop.name), hop]);
  });
  page.core.request('devenvs/test', { ...named(devEnv), id }, leaving.signal).then(
    ({ hops }) => {
      onHops(() => hops);
      onEnd(hopsInWords(hops, words.shared));
    },
    (error: unknown) => {
      if (leaving.signal.aborted || SlipwayError.is(error, 'cancelled')) return;
      const { message, action } = troubleIn(error, words.host);
      onEnd([message, action ?? ''].join(' ').trim());
    },
  );
  return () => {
    told.dispose();
    leaving.abort();
  };
}
