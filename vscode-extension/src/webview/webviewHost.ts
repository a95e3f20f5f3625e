import { type Disposable, Emitter, NotificationEmitters } from '@slipway/shared/client';
import type { HostAction, PanelHost } from '@slipway/shared/panels';
import {
  type ErrorCode,
  type NotificationName,
  type NotificationParams,
  type RequestName,
  type RequestParams,
  type RequestResult,
  SlipwayError,
} from '@slipway/shared/protocol';
import type { HostMessage } from '../panels/panelShown.ts';

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: SlipwayError) => void;
}

/** What a panel gets in VS Code: everything goes over `postMessage`, and comes from the extension alone. */
export class WebviewHost implements PanelHost {
  readonly locale: string;
  readonly #post: (message: unknown) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #notifications = new NotificationEmitters();
  readonly #connections = new Emitter<{ readonly connected: boolean; readonly heardAt: number | undefined }>();
  #connected: boolean;
  #last = 0;

  /** @param connected whether the extension has a connection to the core */
  constructor(locale: string, connected: boolean, post: (message: unknown) => void) {
    this.locale = locale;
    this.#connected = connected;
    this.#post = post;
  }

  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    return this.#ask({ type: 'request', name, params }, signal);
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    return this.#notifications.on(name, listener);
  }

  onConnection(listener: (connected: boolean, heardAt?: number) => void): Disposable {
    return this.#connections.on(({ connected, heardAt }) => listener(connected, heardAt));
  }

  /** Nothing has come from the extension since then (epoch ms), though it was asked. */
  fallSilent(heardAt: number): void {
    this.#setConnected(false, heardAt);
  }

  perform(action: HostAction): Promise<void> {
    return this.#ask({ type: 'perform', action });
  }

  recall(key: string): Promise<unknown> {
    return this.#ask({ type: 'recall', key });
  }

  remember(key: string, value: unknown): Promise<void> {
    return this.#ask({ type: 'remember', key, value });
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.id)?.resolve(message.result as never);
        break;
      case 'refusal': {
        const { code, message: text, action } = message.error;
        this.#take(message.id)?.reject(
          new SlipwayError(code as ErrorCode, text, action === undefined ? {} : { action }),
        );
        break;
      }
      case 'notification':
        this.#notifications.fire(message.name, message.params);
        break;
      case 'connection':
        this.#setConnected(message.connected, undefined);
        break;
      case 'show':
        break;
    }
  }

  #setConnected(connected: boolean, heardAt: number | undefined): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#connections.fire({ connected, heardAt });
  }

  #ask<Result>(message: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Result> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#post({ type: 'abort', id });
        this.#take(id)?.reject(new SlipwayError('cancelled', 'This is no longer asked for.'));
      };
      if (signal?.aborted === true) {
        reject(new SlipwayError('cancelled', 'This is no longer asked for.'));
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      const done = (): void => signal?.removeEventListener('abort', abort);
      this.#pending.set(id, {
        resolve: (result) => {
          done();
          resolve(result);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      // By way of JSON, so that what structured cloning would refuse or keep is the same as on every other transport.
      this.#post(JSON.parse(JSON.stringify({ ...message, id })));
    });
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}
