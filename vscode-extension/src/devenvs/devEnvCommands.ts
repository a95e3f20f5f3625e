import type { ContextStore } from '@slipway/shared/client';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';
import { quantityInWords, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { ContextActions } from '../identity/contextActions.ts';
import { plainMessage, withoutIcons } from '../surfaces/plainText.ts';
import { chooseDevEnv, isDown, isUp, listed, mine, type Suits } from './chooseDevEnv.ts';
import { chooseJob } from './chooseJob.ts';
import { ConnectionTerminal } from './connectionTerminal.ts';
import type { DevEnvActions, DevEnvParts } from './devEnvActions.ts';
import { DevEnvForm } from './devEnvForm.ts';
import type { DevEnvJobs } from './devEnvJobs.ts';
import type { DevEnvOpener } from './devEnvOpener.ts';
import {
  type DevEnvReference,
  devEnvReferenceOf,
  type JobReference,
  jobReferenceOf,
  named,
  referenceTo,
} from './devEnvReference.ts';
import type { Devices } from './devices.ts';
import type { LongCommands } from './longCommands.ts';
import type { Transfers } from './transfers.ts';

export interface DevEnvCommandsOptions extends DevEnvParts {
  readonly contexts: ContextStore;
  readonly identity: Pick<ContextActions, 'signedIn'>;
  readonly actions: DevEnvActions;
  readonly opener: DevEnvOpener;
  readonly transfers: Transfers;
  readonly commands: LongCommands;
  readonly jobs: Pick<DevEnvJobs, 'read'>;
  readonly devices: Devices;
  /** Where runs of this window go. */
  readonly chosen: () => string;
  /** Opens the connection to the core. */
  readonly open: () => Promise<void>;
}

/** Registers the commands of DevEnvs. What goes wrong in one is told to the user. */
export function registerDevEnvCommands(options: DevEnvCommandsOptions): vscode.Disposable[] {
  const { actions, opener, transfers, commands, devices, store } = options;
  const register = (name: string, work: (argument: unknown, more: unknown) => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`slipway.${name}`, async (argument: unknown, more: unknown) => {
      try {
        await work(argument, more);
      } catch (error) {
        options.notices.failed(error);
      }
    });
  /** On the DevEnv of a row, else on one that is chosen among those that suit. */
  const onDevEnv = (
    name: string,
    suits: Suits,
    work: (reference: DevEnvReference) => Promise<void>,
  ): vscode.Disposable =>
    register(name, async (argument) => {
      const reference = devEnvReferenceOf(argument) ?? (await chooseDevEnv(suits, options));
      if (reference !== undefined) await options.identity.signedIn(reference.context, () => work(reference));
    });
  /** The same with a command of a DevEnv. */
  const onJob = (
    name: string,
    suits: (job: DevEnvJob) => boolean,
    work: (reference: JobReference) => Promise<void> | void,
  ): vscode.Disposable =>
    register(name, async (argument) => {
      const reference = jobReferenceOf(argument) ?? (await chooseJob(suits, options));
      if (reference !== undefined) await work(reference);
    });
  return [
    register('createDevEnv', (argument) => create(argument, options)),
    onDevEnv('startDevEnv', isDown, async (reference) => {
      await actions.start(reference);
    }),
    onDevEnv('openDevEnv', mine, (reference) => opener.open(reference, false)),
    onDevEnv('openDevEnvInNewWindow', mine, (reference) => opener.open(reference, true)),
    onDevEnv('openDevEnvInBrowser', mine, (reference) => opener.openFromBrowser(reference)),
    onDevEnv('openDevEnvTerminal', mine, (reference) => opener.openTerminal(reference)),
    onDevEnv('stopDevEnv', isUp, (reference) => actions.stop(reference)),
    onDevEnv('restartDevEnv', isUp, (reference) => actions.restart(reference)),
    onDevEnv('resizeDevEnv', mine, (reference) => resize(reference, options)),
    onDevEnv('deleteDevEnv', mine, (reference) => actions.delete(reference)),
    onDevEnv('copySshCommand', mine, (reference) => opener.copyCommand(reference)),
    onDevEnv('testDevEnvConnection', mine, (reference) => testConnection(reference, options)),
    register('uploadToDevEnv', async (argument, more) => {
      const files = filesOf(argument, more);
      const reference = devEnvReferenceOf(argument) ?? (await chooseDevEnv(isUp, options));
      if (reference !== undefined)
        await options.identity.signedIn(reference.context, () => transfers.upload(reference, files));
    }),
    onDevEnv('downloadFromDevEnv', isUp, (reference) => transfers.download(reference)),
    onDevEnv('showDevEnvDevices', mine, (reference) => devices.show(reference)),
    onDevEnv('runInDevEnv', mine, (reference) => commands.run(reference)),
    onJob(
      'openDevEnvJobLog',
      () => true,
      (reference) => commands.follow(reference),
    ),
    onJob(
      'stopDevEnvJob',
      ({ state }) => state === 'running',
      (reference) => commands.stop(reference),
    ),
    register('removeSshConfig', () => removeSshConfig(options)),
    register('refreshDevEnvs', async () => {
      await options.open();
      store.refresh();
    }),
  ];
}

/** Asks what it is to be, makes it, and starts it. */
async function create(argument: unknown, options: DevEnvCommandsOptions): Promise<void> {
  const context = contextOf(argument) ?? (await chooseContext(options));
  if (context === undefined) return;
  const { core, store, actions, words, identity, signal } = options;
  await identity.signedIn(context, async () => {
    const offered = await core.request('devenvs/options', { context }, signal);
    const spec = await new DevEnvForm(words).askNew(offered);
    if (spec === undefined) return;
    const made = await core.request('devenvs/create', { context, name: offered.name, spec }, signal);
    store.put(made);
    const reference = referenceTo(made);
    const started = await actions.start(reference);
    if (started !== undefined) void offerToOpen(started, options);
  });
}

/** It is made to be opened. */
async function offerToOpen(devEnv: DevEnv, { words, opener, notices }: DevEnvCommandsOptions): Promise<void> {
  const { running, openNewWindow } = words.host.devEnv;
  // A browser opens no window over SSH: what it can do is asked next.
  const yes = vscode.env.uiKind === vscode.UIKind.Web ? `${words.shared.devEnv.actions.open}…` : openNewWindow;
  const text = plainMessage(running(shownText(devEnv.name)));
  try {
    const answer = await vscode.window.showInformationMessage(text, yes);
    if (answer === yes) await opener.open(referenceTo(devEnv), true);
  } catch (error) {
    notices.failed(error);
  }
}

async function resize(
  reference: DevEnvReference,
  { core, store, actions, notices, words, signal }: DevEnvCommandsOptions,
): Promise<void> {
  const { form } = words.shared.devEnv;
  const devEnv = await actions.get(reference);
  const offered = await core.request('devenvs/options', { context: reference.context }, signal);
  const changes = await new DevEnvForm(words).askChanges(offered, devEnv);
  if (changes === undefined) return;
  if (Object.keys(changes).length === 0) {
    notices.info(form.nothingChanged);
    return;
  }
  store.put(await core.request('devenvs/resize', { ...named(reference), changes }, signal));
  const { diskSize, ...later } = changes;
  const isUpNow = devEnv.state === 'running' || devEnv.state === 'starting';
  const said = [
    ...(diskSize === undefined ? [] : [form.grown(quantityInWords(diskSize))]),
    ...(Object.keys(later).length > 0 && isUpNow ? [form.fromNextStart] : []),
  ];
  if (said.length > 0) notices.info(said.join(' '));
}

function testConnection(reference: DevEnvReference, { core, words }: DevEnvCommandsOptions): Promise<void> {
  const pty = new ConnectionTerminal({ core, words }, reference);
  const name = words.host.devEnv.connectionOf(shownText(reference.devEnv));
  vscode.window.createTerminal({ name, pty, iconPath: new vscode.ThemeIcon('pulse') }).show();
  return Promise.resolve();
}

async function removeSshConfig({ core, opener, notices, words, signal }: DevEnvCommandsOptions): Promise<void> {
  const { devEnv: say } = words.host;
  const answer = await vscode.window.showWarningMessage(say.confirmSshConfig, { modal: true }, say.remove);
  if (answer !== say.remove) return;
  const sshConfigFile = opener.sshConfigFile();
  const params = sshConfigFile === undefined ? {} : { sshConfigFile };
  const { changed } = await core.request('sshConfig/remove', params, signal);
  notices.info(changed.length === 0 ? say.sshConfigClean : say.sshConfigRemoved(changed.map(shownText).join(', ')));
}

/** The only cluster, the one where runs go, or one that is chosen. */
async function chooseContext(options: DevEnvCommandsOptions): Promise<string | undefined> {
  const { store, contexts, words, notices, chosen } = options;
  await listed(options);
  const names = store.contexts.map(({ name }) => name);
  const [only] = names;
  if (only === undefined) {
    notices.info(words.shared.devEnv.noCluster);
    return undefined;
  }
  if (names.length === 1) return only;
  const first = chosen();
  const sorted = [...names].sort((one, other) => Number(other === first) - Number(one === first));
  const items = sorted.map((name) => ({
    label: withoutIcons(name),
    name,
    description: withoutIcons(contexts.get(name)?.namespace ?? ''),
  }));
  return (await vscode.window.showQuickPick(items, { title: words.shared.devEnv.form.context }))?.name;
}

/** The cluster of a row. */
function contextOf(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('name' in argument)) return undefined;
  return typeof argument.name === 'string' ? argument.name : undefined;
}

/** What the explorer's menu names: the file under the pointer, and all that are selected. */
function filesOf(argument: unknown, more: unknown): readonly vscode.Uri[] {
  const selected = Array.isArray(more) ? more.filter((each) => each instanceof vscode.Uri) : [];
  if (selected.length > 0) return selected;
  return argument instanceof vscode.Uri ? [argument] : [];
}
