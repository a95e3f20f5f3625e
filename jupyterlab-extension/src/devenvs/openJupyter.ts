import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { DevEnv } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import type { Elsewhere } from '../devEnvPage.ts';
import { named } from './devEnvActions.ts';
import { explainElsewhere, ownCommand } from './elsewhere.tsx';
import type { RoomState } from './roomState.ts';
import { tellOfDoing } from './tell.ts';

/** Opens JupyterLab in the DevEnv in a tab, where the browser can reach it; elsewhere it says how. */
export async function openJupyter(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { page, words } = state;
  const { jupyter, stopWaiting } = words.own;
  const name = shownText(devEnv.name);
  const title = words.host.lab.devEnvActions.jupyter;
  const explain = async (why: Elsewhere | 'unreached'): Promise<void> => {
    const what = (reason: string): string => jupyter.elsewhere(name, reason);
    await explainElsewhere(state, { title, what, why, command: ownCommand('devenv jupyter', devEnv) });
  };
  const leaving = new AbortController();
  const elsewhere = await page.elsewhere(leaving.signal);
  if (elsewhere !== undefined) return explain(elsewhere);
  const doing = tellOfDoing(jupyter.opening(name), { label: stopWaiting, callback: () => leaving.abort() });
  let url: string;
  try {
    ({ url } = await page.core.request('devenvs/openJupyter', named(devEnv), leaving.signal));
  } finally {
    doing.end();
  }
  if (!(await isReached(url))) return explain('unreached');
  if (openTab(url)) return;
  // Where too much time has passed since the press, browsers open no tab; in another press they do.
  const buttons = [Dialog.cancelButton(), Dialog.okButton({ label: jupyter.open })];
  const { button } = await showDialog({ title, body: jupyter.ready(name), buttons });
  if (button.accept) openTab(url);
}

/** Whether this browser reaches the port: through a tunnel, `localhost` is another machine. Uses up no link. */
function isReached(url: string): Promise<boolean> {
  return fetch(new URL('.', url), { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }).then(
    () => true,
    () => false,
  );
}

/** @returns false where the browser did not let it */
function openTab(url: string): boolean {
  const tab = window.open(url, '_blank');
  if (tab === null) return false;
  // What runs in the DevEnv has no business with this page.
  tab.opener = null;
  return true;
}
