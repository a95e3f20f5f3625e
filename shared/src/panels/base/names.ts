import { html, type TemplateResult } from 'lit';
import { nameParts, shownText } from '../../views/index.ts';

/** A name that is cut in the middle where there is no room for it, whole on hover. */
export function cutName(name: string): TemplateResult {
  const shown = shownText(name);
  const [beginning, end] = nameParts(shown);
  return html`<span class="cut" title=${shown}
    ><span>${beginning}</span>${end === '' ? '' : html`<span>${end}</span>`}</span
  >`;
}
