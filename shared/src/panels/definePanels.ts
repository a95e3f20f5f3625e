import { LogView } from './logView/logView.ts';
import { RunDetail } from './runDetail/runDetail.ts';
import { RunForm } from './runForm/runForm.ts';
import { adoptTokens } from './tokens.ts';

const panels: readonly (readonly [string, CustomElementConstructor])[] = [
  ['slipway-log-view', LogView],
  ['slipway-run-detail', RunDetail],
  ['slipway-run-form', RunForm],
];

/** Makes the panels known to a page and gives it their tokens. May be called again. */
export function definePanels(page: Document): void {
  adoptTokens(page);
  for (const [name, element] of panels) {
    if (customElements.get(name) === undefined) customElements.define(name, element);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'slipway-log-view': LogView;
    'slipway-run-detail': RunDetail;
    'slipway-run-form': RunForm;
  }
}
