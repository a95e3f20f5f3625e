import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { DevEnv } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import { named } from './devEnvActions.ts';
import { explanation } from './explanation.tsx';
import type { RoomState } from './roomState.ts';
import { tellOfDoing } from './tell.ts';

/** A port that is free on most machines. */
const port = 8899;

/** Opens JupyterLab in the DevEnv in a tab, where the browser can reach it; elsewhere it says how. */
export async function openJupyter({ page, words }: RoomState, devEnv: DevEnv): Promise<void> {
  const { jupyter, stopWaiting, close } = words.own;
  const name = shownText(devEnv.name);
  const title = words.host.lab.devEnvActions.jupyter;
  if (!page.isLoopback) {
    const command = `slipway ssh ${devEnv.name} -L ${port}:127.0.0.1:${port} -- jupyter lab --no-browser --port ${port}`;
    const body = explanation([jupyter.elsewhere(name), jupyter.forward], command);
    await showDialog({ title, body, buttons: [Dialog.okButton({ label: close })] });
    return;
  }
  const leaving = new AbortController();
  const doing = tellOfDoing(jupyter.opening(name), { label: stopWaiting, callback: () => leaving.abort() });
  let url: string;
  try {
    ({ url } = await page.core.request('devenvs/openJupyter', named(devEnv), leaving.signal));
  } finally {
    doing.end();
  }
  if (openTab(url)) return;
  // Where too much time has passed since the press, browsers open no tab; in another press they do.
  const buttons = [Dialog.cancelButton(), Dialog.okButton({ label: jupyter.open })];
  const { button } = await showDialog({ title, body: jupyter.ready(name), buttons });
  if (button.accept) openTab(url);
}

/** @returns false where the browser did not let it */
function openTab(url: string): boolean {
  const tab = window.open(url, '_blank');
  if (tab === null) return false;
  // What runs in the DevEnv has no business with this page.
  tab.opener = null;
  return true;
}
