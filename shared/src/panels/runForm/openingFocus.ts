/** Brings the keyboard to a form that was opened, once it has fields; not where somebody has gone elsewhere meanwhile. */
export class OpeningFocus {
  #opener: Element | null | undefined;
  #isDone = false;

  /** Whoever had the focus when the form was asked for. */
  begin(page: Document): void {
    this.#opener ??= page.activeElement;
  }

  /** The first field of what is shown takes the focus; without one, the button that runs. Only the first call counts. */
  arrive(form: Element, shown: ParentNode): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const active = form.ownerDocument.activeElement;
    // Hosts give the focus to the frame or the tab around a panel.
    if (active !== null && active !== this.#opener && !active.contains(form)) return;
    const first = shown.querySelector<HTMLElement>('.fcol :is(input, select, textarea):enabled') ?? undefined;
    (first ?? shown.querySelector<HTMLElement>('#run'))?.focus({ preventScroll: true });
  }

  /** Something else is opened. */
  forget(): void {
    this.#opener = undefined;
    this.#isDone = false;
  }
}
