import { Dialog, showDialog } from '@jupyterlab/apputils';
import { type CoreConnection, ContextStore, SignIn } from '@slipway/shared/client';
import type { Notices } from './notices.ts';
import type { ServerHalf } from './server/serverHalf.ts';
import { troubleIn, type HostWords } from './words/index.ts';
import { Account } from './account/account.ts';
import { BrowserTab } from './account/browserTab.ts';
import { SignInGate } from './account/signInGate.ts';

export interface CreateAccountOptions {
  readonly core: CoreConnection;
  readonly server: Pick<ServerHalf, 'ready' | 'callbackAddress'>;
  readonly words: HostWords;
  readonly notices: () => Pick<Notices, 'failed' | 'askToSignIn'>;
  readonly chooseContext: (context: string) => void;
  /** Shows where a sign-in stands. */
  readonly showPanel: () => void;
}

/** The parts of signing in that a page has: what is known of contexts, who one is, and the question before a run. */
export function createAccount(options: CreateAccountOptions): {
  readonly contexts: ContextStore;
  readonly account: Account;
  readonly gate: SignInGate;
} {
  const { core, server, words, notices, chooseContext, showPanel } = options;
  const failed = (error: unknown): void => notices().failed(error);
  const contexts = new ContextStore(core, failed);
  const tab = new BrowserTab();
  const signIn = new SignIn({
    core,
    openUrl: (url) => tab.show(url),
    redirectUri: () => server.callbackAddress(window.location),
    newId: () => crypto.randomUUID(),
  });
  const account = new Account({
    core,
    contexts,
    signIn,
    tab,
    ready: (signal) => server.ready(signal),
    preparing: words.shared.signIn.preparing,
    chooseContext,
    confirmRemoval: (context) => confirmRemoval(context, words),
    troubleIn: (error) => troubleIn(error, words),
    onFailure: failed,
  });
  const ask = (context: string): Promise<boolean> =>
    notices().askToSignIn(context, () => {
      account.signIn(context, 'browser');
      showPanel();
    });
  return { contexts, account, gate: new SignInGate({ signIn, contexts, ask }) };
}

async function confirmRemoval(context: string, { shared: { signIn } }: HostWords): Promise<boolean> {
  const { button } = await showDialog({
    title: signIn.removeContext,
    body: signIn.confirmRemoval(context),
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: signIn.remove })],
    // Enter keeps it.
    defaultButton: 0,
  });
  return button.accept;
}
