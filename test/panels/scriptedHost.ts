import type {
  LogBatch,
  LogPage,
  LogScan,
  NotificationName,
  NotificationParams,
  RequestName,
  RequestParams,
  RequestResult,
} from '@slipway/shared/protocol';
import { type Disposable, Emitter, NotificationEmitters } from '@slipway/shared/client';
import type { HostAction, PanelHost } from '@slipway/shared/panels';

/** What a scripted host answers, by request; what is missing fails as an unknown method would. */
export type Script = {
  readonly [Name in RequestName]?: (
    params: RequestParams<Name>,
    signal: AbortSignal,
  ) => RequestResult<Name> | Promise<RequestResult<Name>>;
};

/**
 * A host of panels that answers by script: it stands where VS Code or JupyterLab do, so that a page can show a panel in
 * any state. It is not a core: what it answers are recorded or written answers.
 */
export class ScriptedHost implements PanelHost {
  readonly locale: string;
  readonly performed: HostAction[] = [];
  readonly requested: { readonly name: RequestName; readonly params: unknown }[] = [];
  readonly memory = new Map<string, unknown>();
  readonly #script: Script;
  readonly #notifications = new NotificationEmitters();
  readonly #connections = new Emitter<boolean>();

  constructor(locale: string, script: Script) {
    this.locale = locale;
    this.#script = script;
  }

  async request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>> {
    this.requested.push({ name, params });
    const answer = this.#script[name];
    if (answer === undefined) throw new Error(`There is no ${name} in this script.`);
    // Panels live with a bridge between them and the core: nothing is answered at once.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
    return answer(params, signal);
  }

  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable {
    return this.#notifications.on(name, listener);
  }

  onConnection(listener: (connected: boolean) => void): Disposable {
    return this.#connections.on(listener);
  }

  perform(action: HostAction): Promise<void> {
    this.performed.push(action);
    return Promise.resolve();
  }

  recall(key: string): Promise<unknown> {
    return Promise.resolve(this.memory.get(key));
  }

  remember(key: string, value: unknown): Promise<void> {
    this.memory.set(key, value);
    return Promise.resolve();
  }

  /** Speaks to the panel as the core would. */
  notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void {
    this.#notifications.fire(name, params);
  }

  connect(connected: boolean): void {
    this.#connections.fire(connected);
  }
}

/** A log of one step in memory, for scripts: positions are byte offsets as text. Lines are ASCII. */
export class ScriptedLog {
  readonly #step: string;
  #text: string;
  readonly #startedAt: number;
  #ended: boolean;
  #waiting: (() => void)[] = [];
  #counting: Promise<void> | undefined;
  #broken: string | undefined;

  constructor(step: string, text: string, startedAt: number, ended: boolean) {
    this.#step = step;
    this.#text = text;
    this.#startedAt = startedAt;
    this.#ended = ended;
  }

  append(text: string): void {
    this.#text += text;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  end(): void {
    this.#ended = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Refuses everything from now on, as without a core, until `mend`. */
  break(message: string): void {
    this.#broken = message;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  mend(): void {
    this.#broken = undefined;
  }

  /** Counts no line until the function that it gives is called. */
  holdCounting(): () => void {
    let release = (): void => undefined;
    this.#counting = new Promise((resolve) => (release = resolve));
    return release;
  }

  get script(): Script {
    return {
      'logs/tail': ({ lines }) => this.#page(this.#lineStart(lines), this.#text.length),
      'logs/read': (params, signal) => this.#read(Number(params.position), params.maxBytes ?? 262_144, signal),
      'logs/scan': async ({ position, until, find }) => {
        await this.#counting;
        return this.#scan(Number(position), until, find);
      },
    };
  }

  async #read(position: number, maxBytes: number, signal: AbortSignal): Promise<LogPage> {
    if (position >= this.#text.length && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    if (this.#broken !== undefined) throw new Error(this.#broken);
    const limit = position + maxBytes;
    const lineEnd = this.#text.lastIndexOf('\n', limit - 1) + 1;
    // A line that is longer than what was asked for comes in pieces.
    const end = limit >= this.#text.length ? this.#text.length : lineEnd > position ? lineEnd : limit;
    return this.#page(position, end);
  }

  #page(start: number, end: number): LogPage {
    const data = this.#text.slice(start, end);
    const times: LogBatch['times'] = [];
    for (let at = 0, count = 0; at < data.length && count < 4_000; count += 1) {
      times.push([start + at, this.#startedAt + (start + at) * 7]);
      const next = data.indexOf('\n', at);
      if (next < 0) break;
      at = next + 1;
    }
    const batch: LogBatch = { step: this.#step, offset: start, length: data.length, encoding: 'utf8', data, times };
    return { batches: data === '' ? [] : [batch], next: String(end), end: this.#ended && end === this.#text.length };
  }

  #scan(position: number, until: string | undefined, find: string | undefined): LogScan {
    const limit = until === undefined ? this.#text.length : Number(until);
    const end = Math.min(limit, position + 8_388_608);
    const marks: [number, string][] = [];
    const matches: number[] = [];
    let lines = 0;
    let lastMark = position;
    let at = position;
    while (at < end) {
      const next = this.#text.indexOf('\n', at);
      const stop = next < 0 || next >= end ? end : next;
      if (find !== undefined && this.#text.slice(at, stop).toLowerCase().includes(find.toLowerCase()))
        matches.push(lines);
      if (next < 0 || next >= end) {
        at = end;
        break;
      }
      lines += 1;
      at = next + 1;
      if (at - lastMark >= 262_144) {
        marks.push([lines, String(at)]);
        lastMark = at;
      }
    }
    return { lines, bytes: at - position, marks, matches, next: String(at), end: at >= limit };
  }

  #lineStart(lines: number): number {
    let at = this.#text.endsWith('\n') ? this.#text.length - 1 : this.#text.length;
    for (let line = 0; line < lines && at > 0; line += 1) at = this.#text.lastIndexOf('\n', at - 1);
    return Math.max(0, at + 1);
  }
}
