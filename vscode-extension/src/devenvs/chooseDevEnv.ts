import type { DevEnv } from '@slipway/shared/protocol';
import { devEnvView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { withoutIcons } from '../surfaces/plainText.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import { type DevEnvReference, referenceTo } from './devEnvReference.ts';

export interface ChooseOptions extends Pick<DevEnvParts, 'store' | 'words' | 'notices'> {
  /** Opens the connection to the core. */
  readonly open: () => Promise<void>;
}

export type Suits = (devEnv: DevEnv) => boolean;
export const mine: Suits = (devEnv) => devEnv.mine;
export const isDown: Suits = (devEnv) => devEnv.mine && (devEnv.state === 'stopped' || devEnv.state === 'failed');
export const isUp: Suits = (devEnv) => devEnv.mine && (devEnv.state === 'running' || devEnv.state === 'starting');

/** The only one that suits, else one that is chosen. */
export async function chooseDevEnv(suits: Suits, options: ChooseOptions): Promise<DevEnvReference | undefined> {
  const { store, words, notices } = options;
  const suitable = (await listed(options)).filter(suits);
  const [only] = suitable;
  if (only === undefined) {
    notices.info(words.host.devEnv.noDevEnv);
    return undefined;
  }
  if (suitable.length === 1) return referenceTo(only);
  const isOneCluster = store.contexts.length < 2;
  const items = suitable.map((devEnv) => ({
    label: withoutIcons(shownText(devEnv.name)),
    description: withoutIcons(devEnvView(devEnv, words.shared, Date.now()).row),
    ...(!isOneCluster && { detail: withoutIcons(devEnv.context) }),
    devEnv,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: words.host.devEnv.chooseDevEnv,
    matchOnDescription: true,
  });
  return chosen === undefined ? undefined : referenceTo(chosen.devEnv);
}

/** What the store has, once it has been read. */
export async function listed({ store, open }: Pick<ChooseOptions, 'store' | 'open'>): Promise<readonly DevEnv[]> {
  await open();
  if (store.loaded) return store.devEnvs;
  return new Promise((resolve) => {
    const listening = store.onChange(() => {
      if (!store.loaded) return;
      listening.dispose();
      resolve(store.devEnvs);
    });
    store.begin();
  });
}
