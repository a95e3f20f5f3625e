import { SlipwayError } from '../../protocol/index.ts';
import { parseCallback } from './callbackUrl.ts';

/** The sign-ins of this process that wait for a browser to come back, by their state. */
export class PendingCallbacks {
  readonly #waiting = new Map<string, (parameters: URLSearchParams) => void>();

  /** Waits for the callback with `state`. The caller disposes it. */
  expect(state: string, onCallback: (parameters: URLSearchParams) => void): { dispose(): void } {
    this.#waiting.set(state, onCallback);
    return { dispose: () => this.#waiting.delete(state) };
  }

  /**
   * Hands a callback to the sign-in that waits for it, once.
   * @throws SlipwayError `signIn.failed` where none does
   */
  complete(url: string): void {
    const { state, parameters } = parseCallback(url);
    const onCallback = this.#waiting.get(state);
    if (onCallback === undefined) {
      throw new SlipwayError('signIn.failed', 'No sign-in waits for this answer: it is over, or was begun elsewhere.', {
        action: 'Sign in again, and finish in the browser tab that opens then.',
      });
    }
    this.#waiting.delete(state);
    onCallback(parameters);
  }
}
