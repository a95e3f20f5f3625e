import { html, nothing, type TemplateResult } from 'lit';
import type { StepName } from '../../protocol/index.ts';
import type { ShownStep, StepGroup, Words } from '../../views/index.ts';
import { stateIcon } from '../base/icons.ts';
import { moveFocus } from '../base/rovingFocus.ts';

export interface StepGraphState {
  /** The step that the log is filtered to. */
  readonly selected: StepName | undefined;
  /** The step that can be reached with Tab. */
  readonly tabStop: StepName | undefined;
  readonly stale: boolean;
  readonly choose: (step: StepName) => void;
  readonly focused: (step: StepName) => void;
}

/** The steps in their groups, side by side; below 640 px a list. One tab stop; Left, Right, Home and End move. */
export function stepGraph(groups: readonly StepGroup[], words: Words, state: StepGraphState): TemplateResult {
  const first = groups[0]?.steps[0]?.step.name;
  const tabStop = state.tabStop ?? state.selected ?? first;
  const onKey = (event: KeyboardEvent): void => {
    if (event.currentTarget instanceof Element) moveFocus(event, event.currentTarget, '.node');
  };
  return html`<nav class="graph" aria-label=${words.panels.steps.label} @keydown=${onKey}>
    ${groups.map(
      (group) =>
        html`<div class="task ${group.stage ? 'one' : 'many'}">
          <p title=${group.label}>${group.label}</p>
          <div class="nodes">${group.steps.map((step) => node(step, tabStop, state))}</div>
        </div>`,
    )}
  </nav>`;
}

function node(shown: ShownStep, tabStop: StepName | undefined, state: StepGraphState): TemplateResult {
  const { name } = shown.step;
  const idle = shown.state === 'notStarted' || shown.state === 'skipped';
  const classes = [
    'node',
    shown.step.name === 'notebook' || shown.step.name === 'command' ? 'big' : '',
    idle ? 'todo' : '',
    state.selected === name ? 'sel' : '',
  ].join(' ');
  return html`<button
    class=${classes}
    tabindex=${name === tabStop ? 0 : -1}
    aria-pressed=${state.selected === name}
    aria-current=${shown.state === 'running' ? 'step' : nothing}
    aria-label=${shown.spoken}
    title=${shown.spoken}
    @click=${() => state.choose(name)}
    @focus=${() => state.focused(name)}
  >
    <span class="r1">${stateIcon(shown.state, state.stale)}<b>${shown.name}</b><time>${shown.elapsed}</time></span>
    <span class="r2">${shown.detail}</span>
    ${
      shown.progress === undefined
        ? nothing
        : html`<span class="bar"><i .style=${`width: ${(shown.progress * 100).toFixed(1)}%`}></i></span>`
    }
  </button>`;
}
