import { html, nothing, type TemplateResult } from 'lit';
import type { FailedCell, Run } from '../../protocol/index.ts';
import { cellLines, shownText, type Finding, type Words } from '../../views/index.ts';
import { icon } from '../base/icons.ts';
import type { CellAnswer } from './runFeed.ts';

export interface FindingActions {
  readonly retry: () => void;
  readonly editAndRerun: () => void;
  readonly openFailedCell: () => void;
  readonly showLog: () => void;
  readonly toggleCell: () => void;
}

export interface FindingState {
  readonly wholeCell: boolean;
  /** The whole cell, where the run knows only part of it and it was asked for. */
  readonly cell: CellAnswer | undefined;
  /** True where nothing may be changed now. */
  readonly off: boolean;
}

/** The card above the steps: why the run failed, or why it waits, and what helps. */
export function findingCard(
  run: Run,
  finding: Finding,
  words: Words,
  state: FindingState,
  actions: FindingActions,
): TemplateResult {
  const failed = finding.kind === 'failed';
  return html`<section class="find" aria-labelledby="why">
    <header>
      ${icon(failed ? 'failed' : 'queued', failed ? 'c-failed' : 'c-waiting')}
      <h2 id="why">${finding.heading}</h2>
      ${finding.text.map((line) => html`<p>${line}</p>`)}
    </header>
    ${evidence(finding, words, actions)}
    ${finding.cell === undefined ? nothing : failingCell(finding.cell, words, state, actions)}
    ${
      finding.advice.length === 0
        ? nothing
        : html`<div class="kv advice">
            <h3 class="muted small">${words.panels.finding.whatHelps}</h3>
            <ul>
              ${finding.advice.map((line) => html`<li>${line}</li>`)}
            </ul>
          </div>`
    }
    ${failed ? fixes(run, finding, words, state, actions) : nothing}
  </section>`;
}

function evidence(
  { evidence: lines, kind }: Finding,
  words: Words,
  actions: FindingActions,
): TemplateResult | typeof nothing {
  if (lines.length === 0) return nothing;
  return html`<div class="ev kv">
    <ul class="mono grow" aria-label=${words.panels.finding.evidence}>
      ${lines.map((line) => html`<li title=${shownText(line)}>${shownText(line)}</li>`)}
    </ul>
    ${
      kind === 'failed'
        ? html`<button class="link" @click=${actions.showLog}>${words.panels.finding.showLog}</button>`
        : nothing
    }
  </div>`;
}

function failingCell(
  known: FailedCell,
  words: Words,
  { wholeCell, cell: answer }: FindingState,
  actions: FindingActions,
): TemplateResult {
  const text = words.panels.finding;
  const cell = (wholeCell ? answer?.cell : undefined) ?? known;
  const lines = cellLines(cell, wholeCell);
  const isCut = cell.partial === true || cell.source.split('\n').length > cellLines(cell, false).length;
  const message = `${cell.errorName}: ${cell.errorValue.split('\n')[0] ?? ''}`;
  const raised = html`<div class="bad"><span></span><span class="msg">${shownText(message)}</span></div>`;
  return html`<div class="cell">
    <p class="src-h">
      <span>${cell.number > 0 ? text.cell(cell.number, cell.line) : text.insertedCell}</span>
      ${
        isCut
          ? html`<button class="link" aria-expanded=${wholeCell} @click=${actions.toggleCell}>
              ${wholeCell ? text.partOfCell : text.wholeCell}
            </button>`
          : nothing
      }
    </p>
    ${wholeCell && cell.partial === true ? html`<p class="src-h" role="status">${whereIsTheRest(answer, words)}</p>` : nothing}
    <div class="src" tabindex="0">
      ${lines.map(
        (line) =>
          html`<div class=${line.bad ? 'bad' : ''}>
              <span>${line.bad ? icon('chevronRight') : nothing}${line.number}</span><span>${line.text}</span>
            </div>
            ${line.bad ? raised : nothing}`,
      )}
      ${cell.line === undefined ? raised : nothing}
    </div>
  </div>`;
}

function whereIsTheRest(answer: CellAnswer | undefined, words: Words): string {
  const text = words.panels.finding;
  if (answer?.trouble !== undefined) return [answer.trouble.message, answer.trouble.action ?? ''].join(' ').trim();
  return answer?.cell === undefined ? text.readingCell : text.noMoreOfCell;
}

function fixes(
  run: Run,
  finding: Finding,
  words: Words,
  { off }: FindingState,
  actions: FindingActions,
): TemplateResult | typeof nothing {
  const text = words.panels.actions;
  const notes = words.panels.actionNotes;
  const rows: { label: string; note: string; act: () => void; changes: boolean }[] = [];
  const { cell, retry } = finding;
  if (cell !== undefined && cell.number > 0 && run.foreign !== true) {
    const note = notes.openFailedCell(shownText(run.source?.path ?? run.title), cell.line);
    rows.push({ label: text.openFailedCell, note, act: actions.openFailedCell, changes: false });
  }
  if (retry !== undefined) {
    const note = notes.retry(retry.keeps.map(shownText), run.source?.unsaved === true);
    rows.push({ label: text.retryFrom(shownText(retry.from)), note, act: actions.retry, changes: true });
    rows.push({ label: text.editAndRerun, note: notes.editAndRerun, act: actions.editAndRerun, changes: true });
  }
  if (rows.length === 0) return nothing;
  return html`<div class="fix">
    ${rows.map(
      ({ label, note, act, changes }, index) =>
        html`<button class="b ${index === 0 ? 'p' : ''}" ?disabled=${off && changes} @click=${act}>${label}</button
          ><span class="muted small">${note}</span>`,
    )}
  </div>`;
}
