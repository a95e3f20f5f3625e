import type { CoreConnection } from '@slipway/shared/client';
import type { Disposable, HostAction } from '@slipway/shared/panels';
import { requests, type Run, SlipwayError } from '@slipway/shared/protocol';
import type * as z from 'zod';
import { type AllowedRequest, type PanelMessage, panelMessageSchema } from './messages.ts';
import type { HostMessage } from './panelShown.ts';

export interface PanelRelayOptions {
  readonly core: Pick<CoreConnection, 'request' | 'onNotification' | 'onConnection' | 'connected'>;
  readonly send: (message: HostMessage) => void;
  readonly perform: (action: HostAction) => Promise<void>;
  readonly memory: { get(key: string): unknown; update(key: string, value: unknown): PromiseLike<void> };
  readonly onReady: () => void;
  readonly onTitle: (title: string, state: string) => void;
  /** A run that this panel started. */
  readonly onStarted: (run: Run) => void;
  /** An error in the words of the window. */
  readonly describe: (error: unknown) => { readonly message: string; readonly action: string | undefined };
  /** Hears of messages that are none. */
  readonly onRefused: (reason: string) => void;
}

/**
 * One panel's way to the core: checks every message that comes out of its webview, passes on the methods that panels use
 * and no others, and gives a panel the news of its own watches only. Its watches end with it.
 */
export class PanelRelay {
  readonly #options: PanelRelayOptions;
  readonly #running = new Map<number, AbortController>();
  readonly #watches = new Set<string>();
  readonly #subscriptions: readonly Disposable[];
  #disposed = false;

  constructor(options: PanelRelayOptions) {
    this.#options = options;
    const { core, send } = options;
    const forWatcher = (name: 'run/changed' | 'run/deleted' | 'context/changed'): Disposable =>
      core.onNotification(name, (params) => {
        if (this.#watches.has(params.watch)) send({ type: 'notification', name, params });
      });
    this.#subscriptions = [
      forWatcher('run/changed'),
      forWatcher('run/deleted'),
      forWatcher('context/changed'),
      core.onNotification('submit/progress', (params) => {
        send({ type: 'notification', name: 'submit/progress', params });
      }),
      core.onConnection((connected) => {
        if (!connected) this.#watches.clear();
        send({ type: 'connection', connected });
      }),
    ];
  }

  /** @param value as the webview posted it */
  receive(value: unknown): void {
    const outcome = panelMessageSchema.safeParse(value);
    if (!outcome.success) {
      this.#options.onRefused(outcome.error.message);
      this.#refuse(value, new SlipwayError('protocol.invalid', 'The panel sent a message that is not allowed.'));
      return;
    }
    this.#handle(outcome.data);
  }

  dispose(): void {
    this.#disposed = true;
    for (const running of this.#running.values()) running.abort(closed());
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const watch of this.#watches) this.#unwatch(watch);
    this.#watches.clear();
  }

  #handle(message: PanelMessage): void {
    const { memory, onReady, onTitle, perform } = this.#options;
    switch (message.type) {
      case 'ready':
        onReady();
        break;
      case 'ping':
        this.#send({ type: 'connection', connected: this.#options.core.connected });
        break;
      case 'title':
        onTitle(message.title, message.state);
        break;
      case 'abort':
        this.#running.get(message.id)?.abort(new SlipwayError('cancelled', 'The panel no longer asks for this.'));
        break;
      case 'request':
        void this.#answer(message.id, (signal) => this.#request(message.name, message.params, signal));
        break;
      case 'perform':
        void this.#answer(message.id, () => perform(withoutUndefined(message.action)));
        break;
      case 'recall':
        void this.#answer(message.id, () => Promise.resolve(memory.get(`panel:${message.key}`)));
        break;
      case 'remember':
        void this.#answer(message.id, async () => memory.update(`panel:${message.key}`, message.value));
    }
  }

  async #answer(id: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const result = await work(controller.signal);
      this.#send({ type: 'answer', id, result });
    } catch (error) {
      this.#refuse({ id }, error);
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id);
    }
  }

  async #request(name: AllowedRequest, params: unknown, signal: AbortSignal): Promise<unknown> {
    const schema: z.ZodType = requests[name].params;
    const checked = schema.safeParse(params);
    if (!checked.success) throw new SlipwayError('protocol.invalid', `The panel asked for ${name} in a wrong way.`);
    const result: unknown = await this.#call(name, checked.data, signal);
    if (name === 'runs/watch') this.#keepWatch(result);
    if (name === 'runs/submit' || name === 'runs/rerun' || name === 'runs/retry')
      this.#options.onStarted(runOf(result));
    return result;
  }

  /** The parameters were checked by the method's own schema, which is more than its type says. */
  #call(name: AllowedRequest, params: unknown, signal: AbortSignal): Promise<unknown> {
    const request: (name: AllowedRequest, params: never, signal: AbortSignal) => Promise<unknown> = (...call) =>
      this.#options.core.request(...call);
    return request(name, params as never, signal);
  }

  #keepWatch(result: unknown): void {
    const { watch } = requests['runs/watch'].result.parse(result);
    if (this.#disposed) this.#unwatch(watch);
    else this.#watches.add(watch);
  }

  #unwatch(watch: string): void {
    if (!this.#options.core.connected) return;
    // A core that dies meanwhile ends its watches by that.
    this.#options.core.request('runs/unwatch', { watch }, new AbortController().signal).catch(() => undefined);
  }

  #refuse(message: unknown, error: unknown): void {
    const id = idOf(message);
    if (id === undefined) return;
    const code = SlipwayError.is(error) ? error.code : 'internal';
    const { message: text, action } = this.#options.describe(error);
    this.#send({ type: 'refusal', id, error: { code, message: text, ...(action !== undefined && { action }) } });
  }

  #send(message: HostMessage): void {
    if (!this.#disposed) this.#options.send(message);
  }
}

function idOf(message: unknown): number | undefined {
  if (typeof message !== 'object' || message === null || !('id' in message)) return undefined;
  return typeof message.id === 'number' ? message.id : undefined;
}

function runOf(result: unknown): Run {
  return requests['runs/get'].result.parse(result);
}

function closed(): SlipwayError {
  return new SlipwayError('cancelled', 'The panel was closed.');
}

type Performed = Extract<PanelMessage, { type: 'perform' }>['action'];

function withoutUndefined(action: Performed): HostAction {
  if (action.kind !== 'openLogs') return action;
  const { step, ...rest } = action;
  return step === undefined ? rest : { ...rest, step };
}
