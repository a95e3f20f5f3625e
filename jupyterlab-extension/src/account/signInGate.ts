import type { ContextStore, SignIn } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';

export interface SignInGateOptions {
  readonly signIn: Pick<SignIn, 'state' | 'onChange'>;
  readonly contexts: Pick<ContextStore, 'get' | 'onChange'>;
  /** Asks the person; resolves with false where they do not want to. Nothing opens before they press. */
  readonly ask: (context: string) => Promise<boolean>;
}

/** Lets through what needs a sign-in once somebody has signed in, because they were asked to and pressed. */
export class SignInGate {
  readonly #options: SignInGateOptions;

  constructor(options: SignInGateOptions) {
    this.#options = options;
  }

  /**
   * Does `work`, and does it again after a sign-in where it was for want of one that it failed.
   * @throws as `work` does; the person was told of `signIn.required` then
   */
  async run<Result>(context: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!SlipwayError.is(error, 'signIn.required')) throw error;
      const isIn = (await this.#options.ask(context)) && (await this.#signedIn(context));
      if (!isIn) throw error;
      return work();
    }
  }

  /** However they sign in: another way than the first, after a failure, in another window. False once they give it up. */
  #signedIn(context: string): Promise<boolean> {
    const { signIn, contexts } = this.#options;
    return new Promise((resolve) => {
      const look = (): void => {
        const { state } = signIn;
        const isIn = contexts.get(context)?.signIn.state === 'signedIn';
        if (isIn || (state.kind === 'done' && state.context === context)) finish(true);
        // One that takes the place of another gives that one up first.
        else if (state.kind === 'idle') queueMicrotask(() => signIn.state.kind === 'idle' && finish(false));
        else if (state.context !== context) finish(false);
      };
      const subscriptions = [signIn.onChange(look), contexts.onChange(look)];
      const finish = (result: boolean): void => {
        for (const subscription of subscriptions) subscription.dispose();
        resolve(result);
      };
      look();
    });
  }
}
