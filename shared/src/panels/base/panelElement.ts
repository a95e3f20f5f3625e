import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit';
import { wordsOf, type Words } from '../../views/index.ts';
import type { PanelHost } from '../panelHost.ts';

/** What every panel is: an element that gets its host as a property and starts anew whenever it gets another. */
export abstract class PanelElement extends LitElement {
  static override properties: PropertyDeclarations = { host: { attribute: false } };

  declare host: PanelHost | undefined;

  /** The words of the host's language. */
  get words(): Words {
    return wordsOf(this.host?.locale);
  }

  /** The host's language as the web names it. */
  get locale(): string {
    return this.words === wordsOf('zh-cn') ? 'zh-CN' : 'en-GB';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The first time the first update starts it, when the properties are there.
    if (this.hasUpdated) this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.subjects.some((name) => changed.has(name)) || !this.isConnected) return;
    this.stop();
    this.forget();
    this.start();
  }

  protected override updated(): void {
    this.lang = this.locale;
  }

  /** The properties whose change makes the panel start anew. */
  protected abstract readonly subjects: readonly string[];
  /** Asks for what is shown. Called when there may be something to show; does nothing without a host. */
  protected abstract start(): void;
  /** Ends everything that `start` began. What a person chose stays: hosts take panels out of the page and put them back. */
  protected abstract stop(): void;
  /** Forgets what a person chose: something else is shown from now on. */
  protected abstract forget(): void;
}
