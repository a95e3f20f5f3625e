import { homedir } from 'node:os';
import * as nodePath from 'node:path';
import { type DevEnv, type DevEnvConnection, SlipwayError } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { plainMessage } from '../surfaces/plainText.ts';
import type { DevEnvActions, DevEnvParts } from './devEnvActions.ts';
import { type DevEnvReference, named } from './devEnvReference.ts';
import { unproxied } from './loopbackLink.ts';
import { authorityOf, configFileOf, flavourFor, installedFlavour, settingsFor } from './remoteSsh.ts';

export interface DevEnvOpenerOptions extends DevEnvParts {
  readonly actions: Pick<DevEnvActions, 'get' | 'start'>;
  /** What this person was told once. */
  readonly memory: {
    readonly get: (key: string) => unknown;
    readonly update: (key: string, value: unknown) => Thenable<void>;
  };
  readonly log: Pick<vscode.LogOutputChannel, 'warn'>;
  /** Where VS Code's own windows are: a browser cannot open one over SSH. */
  readonly isDesktop: () => boolean;
  /** Whether this machine has an `ssh` program. */
  readonly hasSsh: () => Promise<boolean>;
  /** Whether the person's browser reaches loopback ports of this machine. */
  readonly browserIsHere: () => Promise<boolean>;
}

const toldKey = 'slipway.sshSettingsTold';

/** Ways into a DevEnv: a window, a terminal, the browser, a command to copy. */
export class DevEnvOpener {
  readonly #options: DevEnvOpenerOptions;

  constructor(options: DevEnvOpenerOptions) {
    this.#options = options;
  }

  /** Opens a window on `/workspace`; starts the DevEnv before where it is stopped. */
  async open(reference: DevEnvReference, isNewWindow: boolean): Promise<void> {
    const { isDesktop, hasSsh } = this.#options;
    if (!isDesktop()) return this.openFromBrowser(reference);
    if (!this.#hasFlavour()) return;
    if (!(await hasSsh())) throw noSsh();
    if ((await this.#running(reference)) === undefined) return;
    const connection = await this.connect(reference);
    if (!(await this.#acceptsConflicts(connection))) return;
    await this.#writeSettings(connection.host);
    const { workspace, host } = connection;
    const uri = vscode.Uri.from({ scheme: 'vscode-remote', authority: authorityOf(host), path: workspace });
    await vscode.commands.executeCommand('vscode.openFolder', uri, { forceNewWindow: isNewWindow });
  }

  /** What is left where VS Code itself runs in a browser. */
  async openFromBrowser(reference: DevEnvReference): Promise<void> {
    const { words, browserIsHere } = this.#options;
    const { devEnv: say } = words.host;
    const jupyter = {
      label: say.openJupyter,
      iconPath: new vscode.ThemeIcon('notebook'),
      run: () => this.openJupyter(reference),
    };
    const choices = [
      ...((await browserIsHere()) ? [jupyter] : []),
      { label: say.openTerminal, iconPath: new vscode.ThemeIcon('terminal'), run: () => this.openTerminal(reference) },
      {
        label: say.copySsh,
        description: say.copySshHint,
        iconPath: new vscode.ThemeIcon('copy'),
        run: () => this.copyCommand(reference),
      },
    ];
    const chosen = await vscode.window.showQuickPick(choices, {
      title: shownText(reference.devEnv),
      placeHolder: say.inBrowser,
    });
    await chosen?.run();
  }

  /** JupyterLab of the DevEnv, on a loopback port of this machine. */
  async openJupyter(reference: DevEnvReference): Promise<void> {
    const { core, signal } = this.#options;
    if ((await this.#running(reference)) === undefined) return;
    const { url } = await core.request('devenvs/openJupyter', named(reference), signal);
    const link = vscode.Uri.parse(url, true);
    const isWeb = vscode.env.uiKind === vscode.UIKind.Web;
    await vscode.env.openExternal(isWeb ? link.with({ authority: unproxied(link.authority) }) : link);
  }

  /** A terminal in the DevEnv. */
  async openTerminal(reference: DevEnvReference): Promise<void> {
    const { words, hasSsh } = this.#options;
    const devEnv = await this.#running(reference);
    if (devEnv === undefined) return;
    const { remoteAuthority } = windowPlace();
    const name = words.host.devEnv.terminalOf(shownText(devEnv.name));
    if (remoteAuthority === authorityOf(devEnv.host)) {
      vscode.window.createTerminal({ name }).show();
      return;
    }
    if (remoteAuthority !== undefined) {
      await this.copyCommand(reference);
      this.#options.notices.info(words.host.devEnv.terminalElsewhere);
      return;
    }
    if (!(await hasSsh())) throw noSsh();
    const { host, configFile, includedIn } = await this.connect(reference);
    const shellArgs = includedIn === undefined ? ['-F', configFile, host] : [host];
    vscode.window.createTerminal({ name, shellPath: 'ssh', shellArgs, iconPath: new vscode.ThemeIcon('vm') }).show();
  }

  async copyCommand(reference: DevEnvReference): Promise<void> {
    const { notices, words } = this.#options;
    const { command } = await this.connect(reference);
    await vscode.env.clipboard.writeText(command);
    notices.info(words.host.devEnv.copied(shownText(command)));
  }

  /** Makes this machine's `ssh` know the host. The person's own ssh config is touched only where it is theirs and is read. */
  async connect(reference: DevEnvReference): Promise<DevEnvConnection> {
    const { core, isDesktop, hasSsh, signal } = this.#options;
    const include = isDesktop() && (await hasSsh());
    const sshConfigFile = include ? this.sshConfigFile() : undefined;
    const params = { ...named(reference), include, ...(sshConfigFile !== undefined && { sshConfigFile }) };
    return core.request('devenvs/connect', params, signal);
  }

  /** Where Remote-SSH looks for hosts, if not in `~/.ssh/config`. A workspace has no say in it. */
  sshConfigFile(): string | undefined {
    const setting = vscode.workspace.getConfiguration('remote.SSH').inspect('configFile');
    return configFileOf(setting?.globalValue, homedir(), nodePath);
  }

  async #running(reference: DevEnvReference): Promise<DevEnv | undefined> {
    const { actions } = this.#options;
    const devEnv = await actions.get(reference);
    return devEnv.state === 'running' ? devEnv : actions.start(reference);
  }

  /** Says what to install where nothing opens windows over SSH. */
  #hasFlavour(): boolean {
    if (installedFlavour((id) => vscode.extensions.getExtension(id) !== undefined) !== undefined) return true;
    const { id, name } = flavourFor(vscode.env.uriScheme);
    const { installFlavour, install } = this.#options.words.host.devEnv;
    void vscode.window.showWarningMessage(plainMessage(installFlavour(name)), install).then((chosen) => {
      if (chosen === install) void vscode.commands.executeCommand('workbench.extensions.search', `@id:${id}`);
    });
    return false;
  }

  async #acceptsConflicts({ conflicts, host }: DevEnvConnection): Promise<boolean> {
    if (conflicts.length === 0) return true;
    const { conflicts: heading, openAnyway } = this.#options.words.host.devEnv;
    const detail = conflicts.map((conflict) => shownText(conflict)).join('\n');
    const answer = await vscode.window.showWarningMessage(
      plainMessage(heading(shownText(host))),
      { modal: true, detail },
      openAnyway,
    );
    return answer === openAnyway;
  }

  /** So that the window opens without a question and waits long enough. What cannot be set is asked for then, and no more. */
  async #writeSettings(host: string): Promise<void> {
    const { memory, notices, words, log } = this.#options;
    const settings = vscode.workspace.getConfiguration('remote.SSH');
    const changes = settingsFor(host, {
      remotePlatform: settings.inspect('remotePlatform')?.globalValue,
      connectTimeout: settings.get('connectTimeout'),
      enableRemoteCommand: settings.get('enableRemoteCommand'),
    });
    const written: string[] = [];
    for (const [name, value] of Object.entries(changes)) {
      try {
        await settings.update(name, value, vscode.ConfigurationTarget.Global);
        written.push(`remote.SSH.${name}`);
      } catch (error) {
        log.warn(`remote.SSH.${name} could not be set: ${String(error)}`);
      }
    }
    if (written.length === 0 || memory.get(toldKey) === true) return;
    await memory.update(toldKey, true);
    notices.info(words.host.devEnv.settingsChanged(written.join(', ')));
  }
}

/** Where this window is opened: undefined for this machine. */
function windowPlace(): { readonly remoteAuthority: string | undefined } {
  if (vscode.env.remoteName === undefined || vscode.env.uiKind === vscode.UIKind.Web)
    return { remoteAuthority: undefined };
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'vscode-remote');
  return { remoteAuthority: folder?.uri.authority ?? vscode.env.remoteName };
}

function noSsh(): SlipwayError {
  return new SlipwayError('ssh.missing', 'There is no ssh program on this machine.', {
    action: 'Install the OpenSSH client and try again.',
  });
}
