import { Widget } from '@lumino/widgets';
import type { Disposable, PanelHost } from '@slipway/shared/panels';
import { SlipwayError } from '@slipway/shared/protocol';

export type PanelTag = 'slipway-run-detail' | 'slipway-log-view' | 'slipway-run-form';

/** What a panel shows, by the names of its properties. */
export type PanelProperties = Readonly<Record<string, unknown>>;

export interface PanelWidgetOptions {
  readonly tag: PanelTag;
  readonly host: PanelHost;
  /** Keeps the connection; given up with the widget. */
  readonly held: Disposable;
  /** Makes the panels known. */
  readonly load: () => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/** A shared panel as a widget. It holds the connection as long as it is there. */
export class PanelWidget extends Widget {
  readonly #held: Disposable;
  #element: HTMLElement | undefined;
  #properties: PanelProperties = {};

  constructor({ tag, host, held, load, onFailure }: PanelWidgetOptions) {
    super();
    this.addClass('slipway-panel');
    this.#held = held;
    load().then(
      () => {
        if (this.isDisposed) return;
        this.#element = document.createElement(tag);
        Object.assign(this.#element, { host, ...this.#properties });
        this.node.append(this.#element);
      },
      (error: unknown) => {
        this.#showFailure(error);
        onFailure(error);
      },
    );
  }

  /** Gives the panel what it shows. */
  display(properties: PanelProperties): void {
    this.#properties = { ...this.#properties, ...properties };
    if (this.#element !== undefined) Object.assign(this.#element, properties);
  }

  /** A tab that stays empty says why. */
  #showFailure(error: unknown): void {
    const text = document.createElement('p');
    text.className = 'slipway-panel-failure';
    text.textContent = SlipwayError.is(error) ? `${error.message} ${error.action ?? ''}` : String(error);
    this.node.append(text);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#held.dispose();
    super.dispose();
  }
}
