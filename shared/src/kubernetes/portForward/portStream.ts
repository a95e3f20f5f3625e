import { Duplex } from 'node:stream';
import type { SlipwayError } from '../../protocol/index.ts';
import { asSlipwayError } from '../failure.ts';
import { lostConnection, portAttempt, portFailure, type PortTarget } from './portErrors.ts';

/** How long bytes that are on their way may take when our side has ended, ms. */
export const lingerMs = 30_000;
/** A peer that does not close is not waited for, ms. */
export const closingMs = 2_000;

/** A port of a pod, whatever protocol leads to it; see `portForward`. */
export abstract class PortStream extends Duplex {
  protected readonly target: PortTarget;
  #refusal = '';

  constructor(target: PortTarget) {
    super({ allowHalfOpen: true });
    this.target = target;
    this.on('error', () => undefined);
  }

  /** Breaks the connection when the signal aborts. */
  follow(signal: AbortSignal): void {
    const abort = (): void =>
      void this.destroy(asSlipwayError(signal.reason, 'The connection', portAttempt(this.target)));
    signal.addEventListener('abort', abort);
    this.once('close', () => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  }

  protected get isRefused(): boolean {
    return this.#refusal !== '';
  }

  /** The kubelet says why; the text may come in pieces, and the closing follows at once. */
  protected refused(bytes: Uint8Array): void {
    if (this.#refusal.length < 2_000) this.#refusal += Buffer.from(bytes).toString('utf8');
  }

  /** @param code a WebSocket's */
  protected failure(code?: number): SlipwayError {
    return this.isRefused ? portFailure(this.target, this.#refusal) : lostConnection(this.target, code);
  }
}
