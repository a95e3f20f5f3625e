import { html, nothing, type TemplateResult } from 'lit';
import type { StepName } from '../../protocol/index.ts';
import { shownText, type Words } from '../../views/index.ts';
import { icon, type IconName } from '../base/icons.ts';
import type { LogSearch } from './logSearch.ts';

export interface ToolbarState {
  readonly steps: readonly StepName[];
  readonly step: StepName | undefined;
  readonly search: LogSearch | undefined;
  readonly numbers: Intl.NumberFormat;
  readonly timestamps: boolean;
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly announce: boolean;
}

export interface ToolbarActions {
  readonly chooseStep: (step: StepName | undefined) => void;
  readonly find: (text: string) => void;
  readonly step: (direction: 1 | -1) => void;
  readonly leaveSearch: () => void;
  readonly toggle: (option: 'timestamps' | 'follow' | 'wrap' | 'announce') => void;
  readonly copy: () => void;
  readonly download: () => void;
}

export function toolbar(words: Words, state: ToolbarState, actions: ToolbarActions): TemplateResult {
  const text = words.panels.log;
  return html`<div class="lbar" role="toolbar" aria-label=${text.label}>
    <select
      class="in"
      aria-label=${text.step}
      .value=${state.step ?? ''}
      @change=${(event: Event) => {
        if (event.target instanceof HTMLSelectElement) actions.chooseStep(event.target.value || undefined);
      }}
    >
      <option value="">${text.allSteps}</option>
      ${state.steps.map(
        (step) => html`<option value=${step} ?selected=${step === state.step}>${shownText(step)}</option>`,
      )}
    </select>
    ${searchField(words, state, actions)}
    <span class="grow"></span>
    ${toggle('queued', text.timestamps, 'Alt+T', state.timestamps, () => actions.toggle('timestamps'), true)}
    ${toggle('follow', text.follow, 'End', state.follow, () => actions.toggle('follow'), true)}
    ${toggle('wrap', text.wrap, 'Alt+Z', state.wrap, () => actions.toggle('wrap'))}
    ${toggle('bell', text.announce, '', state.announce, () => actions.toggle('announce'))}
    <button class="b q" aria-label=${text.copy} title=${text.copy} @click=${actions.copy}>${icon('copy')}</button>
    <button class="b q" aria-label=${text.download} title=${text.download} @click=${actions.download}>
      ${icon('down')}
    </button>
  </div>`;
}

function searchField(words: Words, state: ToolbarState, actions: ToolbarActions): TemplateResult {
  const text = words.panels.log;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') actions.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') actions.leaveSearch();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { search } = state;
  const hasMatches = search !== undefined && search.matches.length > 0;
  return html`<span class="in find" role="search">
    ${icon('search')}
    <input
      type="text"
      aria-label=${text.search}
      placeholder=${text.search}
      maxlength="1000"
      spellcheck="false"
      autocomplete="off"
      @keydown=${onKey}
      @input=${(event: Event) => {
        if (event.target instanceof HTMLInputElement) actions.find(event.target.value);
      }}
    />
    <span class="muted small count" role="status">${countText(words, state)}</span>
    ${
      hasMatches
        ? html`<button
              class="b q"
              aria-label=${text.previous}
              title="${text.previous} (Shift+Enter)"
              @click=${() => actions.step(-1)}
            >
              ${icon('up')}
            </button>
            <button class="b q" aria-label=${text.next} title="${text.next} (Enter)" @click=${() => actions.step(1)}>
              ${icon('chevronDown')}
            </button>`
        : nothing
    }
  </span>`;
}

function countText(words: Words, { search, numbers }: ToolbarState): string {
  const text = words.panels.log;
  if (search === undefined) return '';
  const count = numbers.format(search.matches.length) + (search.isCapped ? '+' : '');
  if (search.matches.length > 0) return text.matches(numbers.format(search.current + 1), count);
  return search.searching ? text.searching : text.noMatches;
}

function toggle(
  name: IconName,
  label: string,
  key: string,
  on: boolean,
  act: () => void,
  named = false,
): TemplateResult {
  const title = key === '' ? label : `${label} (${key})`;
  return html`<button class="b q ${on ? 'on' : ''}" aria-pressed=${on} aria-label=${label} title=${title} @click=${act}>
    ${icon(name)}${named ? html` <span>${label}</span>` : nothing}
  </button>`;
}
