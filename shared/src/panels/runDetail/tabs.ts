import { html, nothing, type TemplateResult } from 'lit';
import { terminalStates, type Run } from '../../protocol/index.ts';
import type { Words } from '../../views/index.ts';
import { icon } from '../base/icons.ts';
import { moveFocus } from '../base/rovingFocus.ts';
import type { RunResults } from './runFeed.ts';

export const tabNames = ['overview', 'logs', 'artifacts', 'tests', 'job'] as const;
export type TabName = (typeof tabNames)[number];

/** Log while it runs, else the overview; a tab that was chosen, or worked in, stays. */
export function currentTab(run: Run, chosen: TabName | undefined): TabName {
  if (chosen !== undefined) return chosen;
  const isRunning = !terminalStates.has(run.state) && run.state !== 'queued' && run.state !== 'submitting';
  return isRunning ? 'logs' : 'overview';
}

export interface TabRowState {
  readonly current: TabName;
  readonly results: RunResults;
  /** True while the tabs under "More" are listed. */
  readonly listsMore: boolean;
  readonly choose: (tab: TabName) => void;
  readonly toggleMore: () => void;
}

/** A row of tabs: one tab stop, arrows move, Enter or Space opens. Where it is narrow, those from the fourth on are under "More". */
export function tabRow(words: Words, state: TabRowState): TemplateResult {
  const { current, results, choose } = state;
  const counts: Partial<Record<TabName, number | undefined>> = {
    artifacts: results.artifacts?.length,
    tests: results.tests?.cases.length,
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.currentTarget instanceof Element) moveFocus(event, event.currentTarget, 'button');
  };
  const tab = (name: TabName): TemplateResult =>
    html`<button
      role="tab"
      id="tab-${name}"
      aria-controls="tabpanel"
      aria-selected=${name === current}
      tabindex=${name === current ? 0 : -1}
      @click=${() => choose(name)}
    >
      ${words.panels.tabs[name]}${(counts[name] ?? 0) === 0 ? nothing : html` <small>${counts[name]}</small>`}
    </button>`;
  return html`<div class="tabs" @keydown=${onKey}>
    <div class="tabs" role="tablist" aria-label=${words.panels.tabs.label}>${tabNames.map(tab)}</div>
    ${moreTabs(words, state)}
  </div>`;
}

function moreTabs(words: Words, { current, listsMore, choose, toggleMore }: TabRowState): TemplateResult {
  const hidden = tabNames.slice(3).filter((name) => name !== current);
  return html`<div class="more">
    <button aria-haspopup="menu" aria-expanded=${listsMore} tabindex="-1" @click=${toggleMore}>
      ${words.panels.tabs.more} ${icon('chevronDown')}
    </button>
    ${
      listsMore
        ? html`<ul role="menu" aria-label=${words.panels.tabs.more}>
            ${hidden.map(
              (name) =>
                html`<li role="none">
                  <button role="menuitem" @click=${() => choose(name)}>${words.panels.tabs[name]}</button>
                </li>`,
            )}
          </ul>`
        : nothing
    }
  </div>`;
}
