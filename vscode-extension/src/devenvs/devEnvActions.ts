import type { CoreConnection, DevEnvStore } from '@slipway/shared/client';
import { type DevEnv, SlipwayError } from '@slipway/shared/protocol';
import { quantityInWords, shownLine, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { Notices } from '../surfaces/notices.ts';
import { tellInPassing } from '../surfaces/passingNotice.ts';
import { plainMessage } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';
import { type DevEnvReference, named } from './devEnvReference.ts';

/** What everything that is done with DevEnvs needs. */
export interface DevEnvParts {
  readonly core: Pick<CoreConnection, 'request' | 'onNotification'>;
  readonly store: DevEnvStore;
  readonly notices: Pick<Notices, 'info' | 'failed'>;
  readonly words: WindowWords;
  readonly signal: AbortSignal;
}

/** From starting a DevEnv to deleting it, by trees, menus and notifications alike. */
export class DevEnvActions {
  readonly #parts: DevEnvParts;

  constructor(parts: DevEnvParts) {
    this.#parts = parts;
  }

  /** As the list has it, else as the core says. @throws SlipwayError where there is none of that name */
  async get(reference: DevEnvReference): Promise<DevEnv> {
    const { core, store, signal } = this.#parts;
    const known = store.get(reference.context, reference.devEnv);
    return known ?? (await core.request('devenvs/get', named(reference), signal));
  }

  /**
   * Starts it and waits until it runs, saying what it waits for.
   * @returns undefined where somebody no longer waits: it goes on starting
   */
  async start(reference: DevEnvReference): Promise<DevEnv | undefined> {
    const { core, store, words, signal } = this.#parts;
    const { devEnv: say } = words.shared;
    const title = plainMessage(say.starting(shownText(reference.devEnv)));
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        const leaving = new AbortController();
        token.onCancellationRequested(() => leaving.abort());
        const told = core.onNotification('devenv/progress', ({ context, name, text }) => {
          if (context === reference.context && name === reference.devEnv)
            progress.report({ message: plainMessage(shownLine(text)) });
        });
        try {
          const until = AbortSignal.any([leaving.signal, signal]);
          const started = await core.request('devenvs/start', named(reference), until);
          store.put(started);
          return started;
        } catch (error) {
          if (!SlipwayError.is(error, 'cancelled') || !leaving.signal.aborted) throw error;
          tellInPassing(plainMessage(say.startGoesOn(shownText(reference.devEnv))), this.#started(reference));
          return undefined;
        } finally {
          told.dispose();
        }
      },
    );
  }

  /** Resolves once it starts no more, whatever it does then. */
  #started({ context, devEnv }: DevEnvReference): Promise<void> {
    const { store } = this.#parts;
    return new Promise((resolve) => {
      const listening = store.onChange(() => {
        if (store.get(context, devEnv)?.state === 'starting') return;
        listening.dispose();
        resolve();
      });
    });
  }

  async stop(reference: DevEnvReference): Promise<void> {
    const { core, store, words, signal } = this.#parts;
    const question = words.shared.devEnv.confirmStop(shownText(reference.devEnv));
    if (!(await this.#agrees(question, words.host.devEnv.stop))) return;
    store.put(await core.request('devenvs/stop', named(reference), signal));
  }

  async restart(reference: DevEnvReference): Promise<void> {
    const { core, store, words, signal } = this.#parts;
    const question = words.shared.devEnv.confirmRestart(shownText(reference.devEnv));
    if (!(await this.#agrees(question, words.host.devEnv.restart))) return;
    store.put(await core.request('devenvs/restart', named(reference), signal));
    await this.start(reference);
  }

  /** Somebody wants it kept, though nobody has worked there for long. */
  async keepRunning(reference: DevEnvReference): Promise<void> {
    const { core, store, notices, words, signal } = this.#parts;
    await core.request('devenvs/reportActivity', named(reference), signal);
    store.worked(reference.context, reference.devEnv);
    notices.info(words.shared.devEnv.keptRunning(shownText(reference.devEnv)));
  }

  /** Asks whether the workspace goes, too; that is told twice, the second time by typing the name. */
  async delete(reference: DevEnvReference): Promise<void> {
    const { core, store, words, notices, signal } = this.#parts;
    const { devEnv: say } = words.shared;
    const devEnv = await this.get(reference);
    const name = shownText(devEnv.name);
    const question = plainMessage(say.confirmDelete(name));
    const options = [say.keepWorkspace, say.deleteWorkspace];
    const answer = await vscode.window.showWarningMessage(question, { modal: true }, ...options);
    if (answer === undefined) return;
    const workspace = answer === say.deleteWorkspace;
    if (workspace && !(await this.#typesNameOf(devEnv))) return;
    await core.request('devenvs/delete', { ...named(reference), workspace }, signal);
    store.remove(reference.context, reference.devEnv);
    const kept = workspace ? '' : say.workspaceKept(devEnv.disk.claimName);
    notices.info([say.deleted(name), kept].join(' ').trim());
  }

  async #typesNameOf({ name, disk }: DevEnv): Promise<boolean> {
    const { devEnv: say } = this.#parts.words.shared;
    const typed = await vscode.window.showInputBox({
      title: say.deleteWorkspace,
      prompt: say.confirmWorkspace(shownText(name), quantityInWords(disk.size)),
      placeHolder: name,
      ignoreFocusOut: true,
      validateInput: (text) => (text === name || text === '' ? undefined : say.wrongName(shownText(name))),
    });
    return typed === name;
  }

  async #agrees(question: string, yes: string): Promise<boolean> {
    return (await vscode.window.showWarningMessage(plainMessage(question), { modal: true }, yes)) === yes;
  }
}
