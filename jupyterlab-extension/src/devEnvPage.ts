import type { JupyterFrontEnd } from '@jupyterlab/application';
import * as apputils from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import * as filebrowser from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import * as uiComponents from '@jupyterlab/ui-components';
import type { CoreConnection } from '@slipway/shared/client';
import * as react from 'react';
import type { ComponentType } from 'react';
import * as jsxRuntime from 'react/jsx-runtime';
import type { Account } from './account/account.ts';
import type { SignInGate } from './account/signInGate.ts';
import type { Notices } from './notices.ts';
import type { Elsewhere } from './server/callbackAddress.ts';
import type { HostWords } from './words/index.ts';

export type { Elsewhere };

/** What can be done with DevEnvs, by the palette, menus and rows alike. */
export type DevEnvAction = keyof HostWords['lab']['devEnvActions'];

/** What the script of DevEnvs gets of the page. */
export interface DevEnvPage {
  readonly app: Pick<JupyterFrontEnd, 'contextMenuHitTest' | 'shell'>;
  readonly core: CoreConnection;
  readonly account: Pick<Account, 'summary' | 'signIn' | 'onChange'>;
  readonly gate: Pick<SignInGate, 'run'>;
  readonly notices: Pick<Notices, 'failed'>;
  readonly words: HostWords;
  readonly contents: Pick<Contents.IManager, 'driveName' | 'localPath'>;
  /** Absolute, where the contents API shows a folder of the server's disk. @throws SlipwayError */
  readonly contentsRoot: (signal: AbortSignal) => Promise<string | undefined>;
  readonly documents: IDocumentManager;
  /** The file browser in front, where there is one. */
  readonly browser: () => filebrowser.FileBrowser | undefined;
  /** Why a port of the Jupyter server's machine is out of this browser's reach; undefined where it is not. @throws SlipwayError */
  readonly elsewhere: (signal: AbortSignal) => Promise<Elsewhere | undefined>;
  readonly chosenContext: () => string;
  readonly showPanel: () => void;
  readonly copy: (text: string) => void;
  readonly now: () => number;
}

/** Which DevEnv an action is for, as a command's arguments name it. */
export interface DevEnvTarget {
  /** The row under the menu that is open. */
  readonly row?: boolean;
  /** What is selected in the file browser, or its folder. */
  readonly files?: boolean;
}

/** What the script gives. */
export interface DevEnvRoom {
  /** The part of the side panel below its heading. */
  readonly Section: ComponentType;
  /** Whether the row under the menu that is open offers this. */
  offersRow(action: DevEnvAction): boolean;
  /** Failures are told, never thrown. */
  perform(action: DevEnvAction, target: DevEnvTarget): Promise<void>;
}

interface DevEnvScript {
  readonly createDevEnvs: (page: DevEnvPage) => DevEnvRoom;
}

/** What JupyterLab brings, by the names that the script asks for. */
const brought: Readonly<Record<string, unknown>> = {
  '@jupyterlab/apputils': apputils,
  '@jupyterlab/filebrowser': filebrowser,
  '@jupyterlab/ui-components': uiComponents,
  react,
  'react/jsx-runtime': jsxRuntime,
};

type Script = (require: (name: string) => unknown, module: { exports: unknown }) => void;

/** Everything about DevEnvs, loaded when it is first needed: no page that only loads carries it. */
export class DevEnvLoader {
  readonly #page: DevEnvPage;
  readonly #loadScript: () => Promise<void>;
  #loading: Promise<DevEnvRoom> | undefined;
  #room: DevEnvRoom | undefined;

  /** @param loadScript makes `globalThis.slipwayDevEnvs` */
  constructor(page: DevEnvPage, loadScript: () => Promise<void>) {
    this.#page = page;
    this.#loadScript = loadScript;
  }

  /** Undefined until it was loaded. */
  get room(): DevEnvRoom | undefined {
    return this.#room;
  }

  /** @throws SlipwayError where the script does not come; the next call asks for it again */
  load(): Promise<DevEnvRoom> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async perform(action: DevEnvAction, target: DevEnvTarget): Promise<void> {
    try {
      await (await this.load()).perform(action, target);
    } catch (error) {
      this.#page.notices.failed(error);
    }
  }

  async #load(): Promise<DevEnvRoom> {
    await this.#loadScript();
    const script = Reflect.get(globalThis, 'slipwayDevEnvs') as Script;
    Reflect.deleteProperty(globalThis, 'slipwayDevEnvs');
    const module = { exports: {} };
    script((name) => brought[name], module);
    // The build made both from these sources, and the script's name is its content.
    this.#room = (module.exports as DevEnvScript).createDevEnvs(this.#page);
    return this.#room;
  }
}
