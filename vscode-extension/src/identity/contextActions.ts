import type { CoreConnection } from '@slipway/shared/client';
import { SlipwayError, type ContextSummary, type Space } from '@slipway/shared/protocol';
import { spaceFacts } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { Notices } from '../surfaces/notices.ts';
import { plainMessage, withoutIcons } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';
import type { SignInView } from './signInView.ts';

export interface ContextActionsOptions {
  readonly core: CoreConnection;
  readonly view: SignInView;
  readonly notices: Notices;
  readonly words: WindowWords;
  /** Where runs of this window go. */
  readonly chosen: () => string;
  readonly signal: AbortSignal;
}

/** What can be done with contexts, by trees, menus, notifications and the menu of accounts alike. */
export class ContextActions {
  readonly #options: ContextActionsOptions;

  constructor(options: ContextActionsOptions) {
    this.#options = options;
  }

  /** @returns the context that somebody is signed in to now; undefined where it was given up */
  async signIn(context: string | undefined): Promise<string | undefined> {
    const wanted = context ?? (await this.#chooseFor(this.#options.words.shared.signIn.signIn));
    if (wanted === undefined) return undefined;
    return (await this.#options.view.signIn(wanted)) ? wanted : undefined;
  }

  async signOut(context: string | undefined): Promise<void> {
    const { core, notices, words, signal } = this.#options;
    const wanted = context ?? (await this.#chooseFor(words.shared.signIn.signOut));
    if (wanted === undefined) return;
    const { note } = await core.request('identity/signOut', { context: wanted }, signal);
    notices.info(note);
  }

  /**
   * Does what needs a sign-in, and where there is none offers it and then goes on with what was asked for.
   * @param context where `work` goes
   * @throws whatever `work` throws but `signIn.required`
   */
  async signedIn<Result>(context: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!SlipwayError.is(error, 'signIn.required')) throw error;
      const { signIn } = this.#options.words.shared;
      const text = plainMessage(signIn.needed(context));
      const answer = await vscode.window.showWarningMessage(text, signIn.signIn);
      if (answer !== signIn.signIn || !(await this.#options.view.signIn(context))) return undefined;
      return work();
    }
  }

  /** Takes a team profile, a kubeconfig or a config.yaml: from the clipboard or a file. */
  async add(): Promise<void> {
    const { notices, words } = this.#options;
    const { host } = words;
    const items = [
      { label: host.fromClipboard, read: async () => vscode.env.clipboard.readText() },
      { label: host.fromFile, read: () => readChosenFile() },
    ];
    const chosen = await vscode.window.showQuickPick(items, { title: host.addContext });
    const text = await chosen?.read();
    if (text === undefined) return;
    const names = await this.#import(text, false);
    if (names.length > 0) notices.info(words.shared.signIn.added(names.join(', ')));
  }

  /** Opens the file that names the contexts; where there is none yet, offers to add one. */
  async edit(): Promise<void> {
    const { core, signal } = this.#options;
    const { file } = await core.request('contexts/list', {}, signal);
    if (file === undefined) await this.add();
    else await vscode.window.showTextDocument(vscode.Uri.file(file));
  }

  /** Who the cluster thinks that this person is, beside who the identity provider says. */
  async whoAmI(context: string): Promise<void> {
    const { core, words, signal } = this.#options;
    const { signIn } = words.shared;
    const { provider, cluster, failure, checks } = await core.request('identity/whoami', { context }, signal);
    const groups = (names: readonly string[]): string =>
      `${signIn.groups}: ${names.length === 0 ? signIn.noGroups : names.join(', ')}`;
    const detail = [
      ...(provider === undefined
        ? []
        : [`${signIn.providerSays}: ${provider.user} (${provider.issuer})`, groups(provider.groups), '']),
      ...(cluster === undefined ? [] : [`${signIn.clusterSays}: ${cluster.user}`, groups(cluster.groups), '']),
      ...(failure === undefined ? [] : [failure.message, failure.action ?? '']),
      ...checks
        .filter(({ outcome }) => outcome !== 'pass')
        .map((check) => `${check.name}: ${check.detail} ${check.fix ?? ''}`),
    ];
    const title = `${signIn.whoAmI}: ${context}`;
    await vscode.window.showInformationMessage(title, { modal: true, detail: detail.join('\n').trim() });
  }

  async remove(context: string): Promise<void> {
    const { core, words, signal } = this.#options;
    const { signIn } = words.shared;
    const question = plainMessage(signIn.confirmRemoval(context));
    const answer = await vscode.window.showWarningMessage(question, { modal: true }, signIn.remove);
    if (answer === signIn.remove) await core.request('contexts/delete', { context }, signal);
  }

  /** Shows the spaces that this person may use, each with what can be done there. */
  async chooseSpace(context: string): Promise<void> {
    const { core, words, notices, signal } = this.#options;
    const title = words.shared.signIn.chooseSpace;
    const items = core.request('identity/spaces', { context }, signal).then(({ spaces, notes }) => {
      for (const note of notes) notices.info(note);
      return spaces.map((space) => this.#spaceItem(space));
    });
    const chosen = await vscode.window.showQuickPick(items, { title, matchOnDetail: true });
    if (chosen !== undefined) await core.request('contexts/setSpace', { context, namespace: chosen.name }, signal);
  }

  #spaceItem(space: Space): vscode.QuickPickItem & { readonly name: string } {
    const { shared } = this.#options.words;
    return {
      name: space.name,
      label: `${space.current ? '$(check) ' : ''}${withoutIcons(space.name)}`,
      description: shared.signIn.actionsAllowed(space.allowed, space.asked),
      detail: withoutIcons(spaceFacts(space, shared).join(' · ')),
    };
  }

  async #import(text: string, replace: boolean): Promise<readonly string[]> {
    const { core, words, notices, signal } = this.#options;
    try {
      const { contexts, notes } = await core.request('contexts/import', { text, replace }, signal);
      for (const note of notes) notices.info(note);
      return contexts;
    } catch (error) {
      if (replace || !SlipwayError.is(error, 'context.exists')) throw error;
      const { replace: again } = words.shared.signIn;
      const answer = await vscode.window.showWarningMessage(plainMessage(error.message), { modal: true }, again);
      return answer === again ? this.#import(text, true) : [];
    }
  }

  /** The context where runs go if it takes a sign-in, else one that is chosen. */
  async #chooseFor(title: string): Promise<string | undefined> {
    const { core, chosen, notices, words, signal } = this.#options;
    const all = (await core.request('contexts/list', {}, signal)).contexts;
    const own = all.filter(({ authentication }) => authentication === 'oidc');
    const current = own.find(({ name }) => name === chosen());
    if (current !== undefined && title === words.shared.signIn.signIn) return current.name;
    if (own.length === 0) {
      notices.info(words.host.noSignInNeeded);
      return undefined;
    }
    const items = own.map((context) => ({ label: withoutIcons(context.name), ...this.#describe(context) }));
    return (await vscode.window.showQuickPick(items, { title }))?.name;
  }

  #describe({ name, issuer, signIn: { state, user } }: ContextSummary): { name: string; description: string } {
    const { signIn } = this.#options.words.shared;
    const standing = {
      notNeeded: signIn.noSignIn,
      signedOut: signIn.notSignedIn,
      expired: signIn.expired,
      signedIn: signIn.signedInAs(user ?? ''),
    }[state];
    return { name, description: withoutIcons([standing, issuer ?? ''].join(' · ')) };
  }
}

async function readChosenFile(): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ canSelectMany: false })) ?? [];
  if (file === undefined) return undefined;
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
}
