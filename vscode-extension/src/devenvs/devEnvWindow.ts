import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { DevEnvStore } from '@slipway/shared/client';
import type { DevEnv } from '@slipway/shared/protocol';
import { devEnvView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { withoutIcons } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';
import { ActivityClock } from './activityClock.ts';
import { hostOf } from './remoteSsh.ts';

/** Where the supervisor of a DevEnv looks for signs of work, and what tells that one is there. */
const activityPath = '/run/slipway/activity';
const statusPath = '/run/slipway/status.json';
const reportMs = 60_000;

/** A window that is opened on a DevEnv: by SSH from a desktop, or served by VS Code's own server in the pod. */
export interface WindowPlace {
  /** What `ssh` calls it, where the window is opened over SSH. */
  readonly host: string | undefined;
  /** The pod's name, where this program runs in it. */
  readonly pod: string | undefined;
  /** A file of the machine that the window is opened on. */
  readonly at: (path: string) => vscode.Uri;
}

/** Undefined where the window is opened on no other machine. */
export function windowPlace(): WindowPlace | undefined {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'vscode-remote')?.uri;
  const host = folder === undefined ? undefined : hostOf(folder.authority);
  if (folder !== undefined && host !== undefined) {
    return { host, pod: undefined, at: (path) => folder.with({ path, query: '', fragment: '' }) };
  }
  const isInPod = process.platform === 'linux' && existsSync(statusPath);
  return isInPod ? { host: undefined, pod: hostname(), at: (path) => vscode.Uri.file(path) } : undefined;
}

/** The DevEnv that a window is opened on. */
export function devEnvOf(place: WindowPlace | undefined, devEnvs: readonly DevEnv[]): DevEnv | undefined {
  if (place === undefined) return undefined;
  return devEnvs.find(({ host, name }) => (place.host === undefined ? name === place.pod : host === place.host));
}

export interface DevEnvWindowOptions {
  readonly place: WindowPlace;
  readonly store: DevEnvStore;
  readonly words: WindowWords;
  readonly log: Pick<vscode.LogOutputChannel, 'debug'>;
}

/** In a window on a DevEnv: names it in the status bar, and reports that somebody works there. */
export class DevEnvWindow implements vscode.Disposable {
  readonly #options: DevEnvWindowOptions;
  readonly #item: vscode.StatusBarItem;
  readonly #clock = new ActivityClock(() => performance.now(), reportMs);
  readonly #subscriptions: readonly { dispose(): void }[];
  /** Another machine by SSH is none of ours. */
  #isOurs: boolean;

  constructor(options: DevEnvWindowOptions) {
    this.#options = options;
    this.#item = vscode.window.createStatusBarItem('slipway.devEnv', vscode.StatusBarAlignment.Left, 9);
    this.#item.name = options.words.host.devEnv.statusName;
    this.#item.command = 'slipway.devEnvs.focus';
    this.#subscriptions = [
      options.store.onChange(() => this.#show()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.scheme !== 'output') this.#report();
      }),
      vscode.workspace.onDidChangeNotebookDocument(() => this.#report()),
      // Without a kind it was moved by a program.
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        if (kind !== undefined) this.#report();
      }),
      vscode.window.onDidChangeNotebookEditorSelection(() => this.#report()),
    ];
    this.#isOurs = options.place.pod !== undefined;
    void this.#recognise();
    this.#show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  /** By what every DevEnv has, for the list of them may not be there yet. */
  async #recognise(): Promise<void> {
    const { place, log } = this.#options;
    try {
      await vscode.workspace.fs.stat(place.at(statusPath));
      this.#isOurs = true;
      this.#show();
    } catch (error) {
      log.debug(`This window is on no DevEnv: ${String(error)}`);
    }
  }

  /** One that cannot be told of now is told of in a minute: the next sign of work comes. */
  #report(): void {
    if (!this.#isOurs || !this.#clock.take()) return;
    const { place, log } = this.#options;
    const bytes = new TextEncoder().encode(`${new Date().toISOString()}\n`);
    vscode.workspace.fs
      .writeFile(place.at(activityPath), bytes)
      .then(undefined, (error: unknown) => log.debug(`Work could not be reported: ${String(error)}`));
  }

  #show(): void {
    const { place, store, words } = this.#options;
    const devEnv = devEnvOf(place, store.devEnvs);
    const name = shownText(devEnv?.name ?? place.pod ?? place.host ?? '');
    const row = devEnv === undefined ? '' : devEnvView(devEnv, words.shared, Date.now()).row;
    this.#item.text = `$(vm) ${withoutIcons(name)}`;
    this.#item.tooltip = [words.host.devEnv.workingIn(name), row].join('\n').trim();
    this.#item.accessibilityInformation = { label: words.shared.devEnv.labelled(words.host.devEnv.statusName, name) };
    if (devEnv !== undefined || this.#isOurs) this.#item.show();
    else this.#item.hide();
  }
}
