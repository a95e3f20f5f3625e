import { html, nothing, type TemplateResult } from 'lit';
import { terminalStates, type Run } from '../../protocol/index.ts';
import type { Words } from '../../views/index.ts';
import { icon } from '../base/icons.ts';
import { moveFocus } from '../base/rovingFocus.ts';
import type { RunResults } from './runFeed.ts';

export const tabNames = ['overview', 'logs', 'artifacts', 'tests', 'job'] as const;
export type TabName = (typeof tabNames)[number];

/** Log while it runs, else the overview; a tab that was chosen stays. */
export function currentTab(run: Run, chosen: TabName | undefined): TabName {
  if (chosen !== undefined) return chosen;
  const isRunning = !terminalStates.has(run.state) && run.state !== 'queued' && run.state !== 'submitting';
  return isRunning ? 'logs' : 'overview';
}

/** A row of tabs: one tab stop, arrows move, Enter or Space opens. Where it is narrow, those from the fourth on come one by one under "More". */
export function tabRow(
  current: TabName,
  results: RunResults,
  words: Words,
  choose: (tab: TabName) => void,
): TemplateResult {
  const counts: Partial<Record<TabName, number | undefined>> = {
    artifacts: results.artifacts?.length,
    tests: results.tests?.cases.length,
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.currentTarget instanceof Element) moveFocus(event, event.currentTarget, 'button');
  };
  const hidden = tabNames.slice(3).filter((name) => name !== current);
  return html`<div class="tabs" role="tablist" aria-label=${words.panels.tabs.label} @keydown=${onKey}>
    ${tabNames.map(
      (name) =>
        html`<button
          role="tab"
          id="tab-${name}"
          aria-controls="tabpanel"
          aria-selected=${name === current}
          tabindex=${name === current ? 0 : -1}
          @click=${() => choose(name)}
        >
          ${words.panels.tabs[name]}${
            counts[name] === undefined || counts[name] === 0 ? nothing : html` <small>${counts[name]}</small>`
          }
        </button>`,
    )}
    <button
      class="more"
      role="tab"
      aria-selected="false"
      tabindex="-1"
      title=${hidden.map((name) => words.panels.tabs[name]).join(', ')}
      @click=${() => choose(nextHidden(current))}
    >
      ${words.panels.tabs.more} ${icon('chevronDown')}
    </button>
  </div>`;
}

/** The tab under "More" that comes after the current one. */
export function nextHidden(current: TabName): TabName {
  const hidden = tabNames.slice(3);
  return hidden[(hidden.findIndex((name) => name === current) + 1) % hidden.length] ?? 'tests';
}
