import type { ContextStore } from '@slipway/shared/client';
import type { ContextSummary } from '@slipway/shared/protocol';
import * as vscode from 'vscode';

/** As package.json declares it. */
export const providerId = 'slipway';

/** What the provider asks of those who sign in and out. */
export interface AccountActions {
  /** @returns the context that somebody signed in to; undefined where it was given up */
  readonly signIn: (context: string | undefined) => Promise<string | undefined>;
  readonly signOut: (context: string) => Promise<void>;
}

/**
 * Who is signed in where, as VS Code's menu of accounts shows it: one session a context. No token is given to anybody: the
 * core keeps them, and other extensions have no use for a session of Slipway's.
 */
export class Accounts implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #contexts: ContextStore;
  readonly #actions: AccountActions;
  readonly #changes = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #subscriptions: readonly { dispose(): void }[];
  #known: readonly vscode.AuthenticationSession[] = [];

  constructor(contexts: ContextStore, name: string, actions: AccountActions) {
    this.#contexts = contexts;
    this.#actions = actions;
    this.#subscriptions = [
      vscode.authentication.registerAuthenticationProvider(providerId, name, this, { supportsMultipleAccounts: true }),
      contexts.onChange(() => this.#compare()),
    ];
  }

  get onDidChangeSessions(): vscode.Event<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent> {
    return this.#changes.event;
  }

  /** Those that are known: being asked starts no core. */
  getSessions(
    scopes: readonly string[] | undefined,
    { account }: vscode.AuthenticationProviderSessionOptions,
  ): Promise<vscode.AuthenticationSession[]> {
    const wanted = this.#known.filter(
      (session) =>
        (scopes === undefined || scopes.every((scope) => session.scopes.includes(scope))) &&
        (account === undefined || account.id === session.account.id),
    );
    return Promise.resolve(wanted);
  }

  async createSession(scopes: readonly string[]): Promise<vscode.AuthenticationSession> {
    const context = await this.#actions.signIn(scopes[0]);
    const session = this.#known.find(({ id }) => id === context);
    if (session === undefined) throw new vscode.CancellationError();
    return session;
  }

  removeSession(id: string): Promise<void> {
    return this.#actions.signOut(id);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
  }

  #compare(): void {
    const before = new Map(this.#known.map((session) => [session.id, session]));
    this.#known = this.#contexts.contexts.flatMap((context) => sessionOf(context));
    const added = this.#known.filter(({ id }) => !before.has(id));
    const changed = this.#known.filter(({ id, account }) => {
      const known = before.get(id);
      return known !== undefined && known.account.id !== account.id;
    });
    const left = new Set(this.#known.map(({ id }) => id));
    const removed = [...before.values()].filter(({ id }) => !left.has(id));
    if (added.length + changed.length + removed.length > 0) this.#changes.fire({ added, changed, removed });
  }
}

function sessionOf({ name, signIn }: ContextSummary): vscode.AuthenticationSession[] {
  if (signIn.state !== 'signedIn') return [];
  const user = signIn.user ?? signIn.email ?? name;
  return [
    { id: name, accessToken: '', account: { id: `${signIn.issuer ?? ''} ${user}`, label: user }, scopes: [name] },
  ];
}
