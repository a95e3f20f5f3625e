import { html, nothing, type TemplateResult } from 'lit';
import { shownText } from '../../views/index.ts';
import { icon } from './icons.ts';
import type { Trouble } from './trouble.ts';

/** A notice of trouble, with a button to the right where one helps. */
export function troubleNote(trouble: Trouble, button: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<div class="note" role="alert">
    ${icon('lost', 'c-waiting')}
    <div class="grow">
      <p>${shownText(trouble.message)}</p>
      ${trouble.action === undefined ? nothing : html`<p class="muted">${shownText(trouble.action)}</p>`}
    </div>
    ${button}
  </div>`;
}
