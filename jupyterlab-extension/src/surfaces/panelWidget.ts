import { Widget } from '@lumino/widgets';
import type { Disposable, PanelHost } from '@slipway/shared/panels';
import type { PanelProperties, PanelTag } from './panelElements.ts';

/** A shared panel as a widget. It holds the connection as long as it is there. */
export class PanelWidget extends Widget {
  readonly #element: HTMLElement;
  readonly #held: Disposable;

  constructor(tag: PanelTag, host: PanelHost, held: Disposable) {
    super();
    this.addClass('slipway-panel');
    this.#held = held;
    this.#element = document.createElement(tag);
    Object.assign(this.#element, { host });
    this.node.append(this.#element);
  }

  /** Gives the panel what it shows. */
  display(properties: PanelProperties): void {
    Object.assign(this.#element, properties);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#held.dispose();
    super.dispose();
  }
}
