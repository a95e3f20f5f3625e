import { randomUUID } from 'node:crypto';
import { type CoreConnection, SignIn, type SignInState } from '@slipway/shared/client';
import type { SignInFlow, SignInPrompt } from '@slipway/shared/protocol';
import { formatDuration } from '@slipway/shared/views';
import * as vscode from 'vscode';
import type { Notices } from '../surfaces/notices.ts';
import { plainMessage } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';

export interface SignInViewOptions {
  readonly core: CoreConnection;
  readonly words: WindowWords;
  readonly notices: Notices;
  /** Whether a provider can send the browser back to this machine. */
  readonly browserIsHere: () => Promise<boolean>;
  readonly signal: AbortSignal;
}

type Waiting = Extract<SignInState, { readonly kind: 'waiting' }>;

/** How signing in looks in VS Code: one notification that says what to do, with every other way beside it, and goes when it is done. */
export class SignInView implements vscode.Disposable {
  readonly #options: SignInViewOptions;
  readonly #signIn: SignIn;

  constructor(options: SignInViewOptions) {
    this.#options = options;
    this.#signIn = new SignIn({
      core: options.core,
      openUrl: async (url) => {
        await vscode.env.openExternal(vscode.Uri.parse(url, true));
      },
      redirectUri: () => undefined,
      newId: () => randomUUID(),
    });
  }

  /** Signs in to a context; only to be called for what the person did. @returns whether somebody is signed in now */
  async signIn(context: string, flow?: SignInFlow): Promise<boolean> {
    const first = flow ?? ((await this.#options.browserIsHere()) ? 'browser' : 'device');
    const done = this.#signIn.start(context, first);
    await this.#show(context);
    // Another way may have taken the place of the first.
    await done;
    return this.#finish(context);
  }

  /** What the links of the notification do. */
  async another(flow: SignInFlow): Promise<void> {
    const { state } = this.#signIn;
    if (state.kind === 'waiting') await this.#signIn.start(state.context, flow);
  }

  async openPage(): Promise<void> {
    const { state } = this.#signIn;
    if (state.kind !== 'waiting' || state.prompt === undefined) return;
    if (state.prompt.kind === 'code') await vscode.env.clipboard.writeText(state.prompt.userCode);
    await this.#signIn.reopen();
  }

  async pasteAddress(): Promise<void> {
    const { signIn } = this.#options.words.shared;
    const url = await vscode.window.showInputBox({
      title: signIn.address,
      prompt: signIn.finishAndPaste,
      ignoreFocusOut: true,
    });
    if (url !== undefined && url.trim() !== '') await this.#signIn.complete(url.trim(), this.#options.signal);
  }

  dispose(): void {
    this.#signIn.dispose();
  }

  /** Resolves when nothing is waited for any more. */
  async #show(context: string): Promise<void> {
    const { shared } = this.#options.words;
    const title = plainMessage(shared.signIn.signInTo(context));
    const location = vscode.ProgressLocation.Notification;
    await vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) => {
      return new Promise<void>((resolve) => {
        let told = '';
        const tell = (): void => {
          const { state } = this.#signIn;
          const message = state.kind === 'waiting' ? this.#message(state) : '';
          // A text that is told again is read out again.
          if (message !== told) progress.report({ message });
          told = message;
        };
        const timer = setInterval(tell, 1000);
        const listening = this.#signIn.onChange(({ kind }) => {
          tell();
          // Another way of signing in begins at once where the first was given up for it.
          if (kind === 'done' || kind === 'failed' || (kind === 'idle' && token.isCancellationRequested)) end();
        });
        const end = (): void => {
          clearInterval(timer);
          listening.dispose();
          resolve();
        };
        token.onCancellationRequested(() => this.#signIn.cancel());
        tell();
        if (this.#signIn.state.kind !== 'waiting') end();
      });
    });
  }

  #message({ prompt, flow }: Waiting): string {
    const { signIn } = this.#options.words.shared;
    if (prompt === undefined) return signIn.preparing;
    const links =
      prompt.kind === 'code'
        ? [link(signIn.copyAndOpen, 'slipway.openSignInPage')]
        : [
            link(signIn.openPageAgain, 'slipway.openSignInPage'),
            link(signIn.useCode, 'slipway.signInWithCode'),
            link(signIn.pasteAddress, 'slipway.pasteSignInAddress'),
          ];
    return [plainMessage(this.#asked(prompt, flow)), links.join(' · ')].join(' ');
  }

  #asked(prompt: SignInPrompt, flow: SignInFlow): string {
    const { signIn } = this.#options.words.shared;
    if (prompt.kind === 'open') return flow === 'callbackUrl' ? signIn.finishAndPaste : signIn.finishInBrowser;
    const left = Math.max(0, prompt.expiresAt - Date.now());
    // Whole minutes while there are many: who listens to this is not told every second.
    const shown = left > 90_000 ? Math.ceil(left / 60_000) * 60_000 : Math.ceil(left / 10_000) * 10_000;
    return `${signIn.openPageAndEnter(prompt.verificationUri)} ${prompt.userCode} (${signIn.timeLeft(formatDuration(shown))}).`;
  }

  #finish(context: string): boolean {
    const { state } = this.#signIn;
    const { signIn } = this.#options.words.shared;
    this.#signIn.cancel();
    if (state.kind === 'failed') this.#options.notices.failed(state.error);
    if (state.kind !== 'done') return false;
    const { user } = state.status;
    this.#options.notices.info(user === undefined ? signIn.signedInTo(context) : signIn.signedInToAs(context, user));
    return true;
  }
}

function link(text: string, command: string): string {
  return `[${text}](command:${command})`;
}
