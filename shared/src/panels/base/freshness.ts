import { html, type TemplateResult } from 'lit';
import { createClockFormat, type Words } from '../../views/index.ts';
import type { Disposable, PanelHost } from '../panelHost.ts';
import { troubleNote } from './troubleNote.ts';

/** How current is what is shown of a context. */
export interface Freshness {
  /** False while the connection to the core is broken. */
  readonly connected: boolean;
  /** As of when things are known (epoch ms), from a break of the connection until they were read anew. */
  readonly lostAt: number | undefined;
  /** Since when the context has not answered (epoch ms), and why. */
  readonly stale: { readonly since: number; readonly reason: string | undefined } | undefined;
}

const clock = createClockFormat(undefined);

/** As of when things are shown (epoch ms); undefined while they are as they are now. */
export function knownAt({ lostAt, stale }: Freshness): number | undefined {
  return lostAt === undefined || stale === undefined ? (lostAt ?? stale?.since) : Math.min(lostAt, stale.since);
}

/** Where a log stands that may have gone on: "Not connected, as of 12:03:04". */
export function freshnessText(freshness: Freshness, words: Words): string {
  const text = words.panels.log;
  const at = knownAt(freshness);
  if (at === undefined) return text.live;
  return freshness.stale === undefined ? text.notConnected(clock(at)) : text.notReachable(clock(at));
}

/** @param active whether what is shown may have gone on since @param again asks anew */
export function freshnessNotes(
  { connected, lostAt, stale }: Freshness,
  context: string,
  active: boolean,
  words: Words,
  again: () => void,
): TemplateResult[] {
  const text = words.panels.notices;
  const asOf = (time: number): string => (active ? ` ${text.staleSince(clock(time))}` : '');
  const notes: TemplateResult[] = [];
  if (!connected && lostAt !== undefined) {
    notes.push(troubleNote({ message: text.disconnected + asOf(lostAt), action: text.whileDisconnected }));
  }
  if (stale !== undefined) {
    const button = html`<button class="b" @click=${again}>${words.panels.actions.tryAgain}</button>`;
    notes.push(troubleNote({ message: text.noAnswer(context) + asOf(stale.since), action: stale.reason }, button));
  }
  return notes;
}

export interface ContextWatchListeners {
  readonly onChange: () => void;
  /** The core is there again: what was watched has to be asked for anew. */
  readonly onConnected: () => void;
}

/** Watches a context for a panel and knows how current it is. */
export class ContextWatch implements Disposable {
  freshness: Freshness = { connected: true, lostAt: undefined, stale: undefined };
  readonly #host: PanelHost;
  readonly #context: string;
  readonly #listeners: readonly Disposable[];
  #watch: string | undefined;
  #disposed = false;

  constructor(host: PanelHost, context: string, { onChange, onConnected }: ContextWatchListeners) {
    this.#host = host;
    this.#context = context;
    this.#listeners = [
      host.onNotification('context/changed', (changed) => {
        if (changed.context !== context) return;
        const { state, since, reason } = changed;
        this.freshness = { ...this.freshness, stale: state === 'stale' ? { since, reason } : undefined };
        onChange();
      }),
      host.onConnection((connected, heardAt = Date.now()) => {
        const lostAt = this.freshness.lostAt ?? (connected ? undefined : heardAt);
        this.freshness = { ...this.freshness, connected, lostAt };
        onChange();
        if (connected) onConnected();
      }),
    ];
  }

  /** Asks to be told of the context from now on. @throws SlipwayError as the host does */
  async watch(signal: AbortSignal): Promise<void> {
    const { watch } = await this.#host.request('runs/watch', { context: this.#context }, signal);
    this.#forget();
    this.#watch = watch;
    // Too late to be of use: the panel has gone meanwhile.
    if (this.#disposed) this.#forget();
  }

  /** What is shown was read anew. */
  renewed(): void {
    if (this.freshness.connected) this.freshness = { ...this.freshness, lostAt: undefined };
  }

  dispose(): void {
    this.#disposed = true;
    for (const listener of this.#listeners) listener.dispose();
    this.#forget();
  }

  #forget(): void {
    const watch = this.#watch;
    this.#watch = undefined;
    if (watch === undefined) return;
    // Without a connection there is no watch any more, which is what was wanted.
    this.#host.request('runs/unwatch', { watch }, new AbortController().signal).catch(() => undefined);
  }
}
