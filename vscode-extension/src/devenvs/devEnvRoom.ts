import type { ContextStore, CoreConnection } from '@slipway/shared/client';
import { DevEnvStore } from '@slipway/shared/client';
import * as vscode from 'vscode';
import type { ContextActions } from '../identity/contextActions.ts';
import type { Notices } from '../surfaces/notices.ts';
import type { WindowWords } from '../words/index.ts';
import { DevEnvActions } from './devEnvActions.ts';
import { registerDevEnvCommands } from './devEnvCommands.ts';
import { DevEnvJobs } from './devEnvJobs.ts';
import { DevEnvOpener } from './devEnvOpener.ts';
import { DevEnvsTree } from './devEnvsTree.ts';
import { referenceTo } from './devEnvReference.ts';
import { DevEnvTasks } from './devEnvTasks.ts';
import { DevEnvWindow, devEnvOf, windowPlace } from './devEnvWindow.ts';
import { Devices } from './devices.ts';
import { IdleStops } from './idleStops.ts';
import { LongCommands } from './longCommands.ts';
import { hasSshProgram } from './sshProgram.ts';
import { taskType } from './taskWish.ts';
import { Transfers } from './transfers.ts';

export interface DevEnvRoomOptions {
  readonly core: CoreConnection;
  readonly contexts: ContextStore;
  readonly identity: ContextActions;
  readonly notices: Notices;
  readonly words: WindowWords;
  readonly log: vscode.LogOutputChannel;
  readonly memory: vscode.Memento;
  readonly chosen: () => string;
  readonly browserIsHere: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Whether one of this person's own had a pod when the last window was closed: then a stop may be near. */
const upKey = 'slipway.devEnvIsUp';

export interface DevEnvRoom {
  readonly store: DevEnvStore;
  /** The context of the DevEnv that this window is opened on. */
  readonly context: () => string | undefined;
  readonly parts: readonly { dispose(): unknown }[];
}

/** Everything of DevEnvs in this window, put together. */
export function openDevEnvRoom(options: DevEnvRoomOptions): DevEnvRoom {
  const { core, contexts, words, notices, log, memory, signal } = options;
  const store = new DevEnvStore(core, Date.now);
  const parts = { core, store, notices, words, signal };
  const open = (): Promise<void> => core.open(signal);
  const begin = (): void => {
    store.begin();
    open().catch((error: unknown) => log.error(String(error)));
  };
  const place = windowPlace();
  const actions = new DevEnvActions(parts);
  const jobs = new DevEnvJobs(core, signal);
  const isDesktop = (): boolean => vscode.env.uiKind === vscode.UIKind.Desktop;
  // A workspace has no say in which program is run.
  const sshPath = (): unknown => vscode.workspace.getConfiguration('remote.SSH').inspect('path')?.globalValue;
  const hasSsh = (): Promise<boolean> => {
    const path = sshPath();
    return hasSshProgram(typeof path === 'string' ? path.trim() : '');
  };
  const told = {
    get: (key: string): unknown => memory.get(key),
    update: (key: string, value: unknown) => memory.update(key, value),
  };
  const opener = new DevEnvOpener({ ...options, ...parts, memory: told, actions, isDesktop, hasSsh });
  const commands = new LongCommands({ ...parts, actions, jobs });
  const registered = registerDevEnvCommands({
    ...options,
    ...parts,
    actions,
    opener,
    transfers: new Transfers({ ...parts, log }),
    commands,
    jobs,
    devices: new Devices(parts),
    open,
  });
  const here = (): ReturnType<typeof devEnvOf> => devEnvOf(place, store.devEnvs);
  const tree = showTree({ store, contexts, jobs, words, host: () => here()?.host }, begin);
  const tasks = new DevEnvTasks({
    ...options,
    ...parts,
    actions,
    jobs,
    commands,
    open,
    here: () => {
      const devEnv = here();
      return devEnv === undefined ? undefined : referenceTo(devEnv);
    },
  });
  const upNow = store.onChange(() => {
    if (!store.loaded) return;
    const isUp = store.devEnvs.some(({ mine, state }) => mine && state !== 'stopped' && state !== 'failed');
    if (isUp !== (memory.get(upKey) === true)) void memory.update(upKey, isUp);
  });
  // A window on another machine by SSH is none of ours; one whose extension runs in the pod knows where it is.
  if (place?.host?.startsWith('devenv-') === true || memory.get(upKey) === true) begin();
  return {
    store,
    context: () => here()?.context,
    parts: [
      vscode.tasks.registerTaskProvider(taskType, tasks),
      ...tree,
      ...registered,
      ...(place === undefined ? [] : [new DevEnvWindow({ place, store, words, log })]),
      new IdleStops(store, actions, notices, words),
      upNow,
      commands,
      jobs,
      store,
    ],
  };
}

function showTree(
  options: Omit<ConstructorParameters<typeof DevEnvsTree>[0], 'isVisible'>,
  begin: () => void,
): readonly { dispose(): unknown }[] {
  let isVisible = (): boolean => false;
  const tree = new DevEnvsTree({ ...options, isVisible: () => isVisible() });
  const view = vscode.window.createTreeView('slipway.devEnvs', { treeDataProvider: tree });
  isVisible = () => view.visible;
  let shown = '';
  const tellState = (): void => {
    if (tree.state === shown) return;
    shown = tree.state;
    void vscode.commands.executeCommand('setContext', 'slipway.devEnvs', shown);
  };
  tellState();
  if (view.visible) begin();
  return [
    tree,
    view,
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) begin();
    }),
    options.store.onChange(tellState),
    options.contexts.onChange(tellState),
  ];
}
