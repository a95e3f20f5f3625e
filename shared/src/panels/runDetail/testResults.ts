import { html, nothing, type TemplateResult } from 'lit';
import { terminalStates, type CoverageReport, type Run, type TestReport } from '../../protocol/index.ts';
import { formatDuration, shownText, type ViewState, type Words } from '../../views/index.ts';
import { stateIcon } from '../base/icons.ts';
import { troubleNote } from '../base/troubleNote.ts';
import type { RunResults } from './runFeed.ts';

type TestCase = TestReport['cases'][number];

const outcomeStates: Readonly<Record<TestCase['outcome'], ViewState>> = {
  passed: 'passed',
  failed: 'failed',
  error: 'failed',
  skipped: 'skipped',
};

/** How many rows of tests are drawn at most; a suite of a million does not freeze the panel. */
const mostRows = 2_000;

export function percent(rate: number): number {
  return Math.floor(rate * 100);
}

/** `18 passed, 1 skipped` with icons. */
export function testCounts(report: TestReport, words: Words): TemplateResult {
  const text = words.panels.tests;
  const part = (state: ViewState, count: number, label: string): TemplateResult | typeof nothing =>
    count === 0 ? nothing : html`<span class="st">${stateIcon(state)} ${label}</span>`;
  const failed = report.failed + report.errors;
  return html`<p class="counts">
    ${part('failed', failed, text.failed(failed))} ${part('passed', report.passed, text.passed(report.passed))}
    ${part('skipped', report.skipped, text.skipped(report.skipped))}
  </p>`;
}

export function coverageBar(coverage: CoverageReport, words: Words): TemplateResult {
  const text = words.panels.tests;
  const lowest = coverage.files.toSorted((a, b) => a.lineRate - b.lineRate)[0];
  const whole = percent(coverage.lineRate);
  return html`<p>${text.covered(whole, coverage.linesValid)}</p>
    <span class="bar cover"><i .style=${`width: ${whole}%`}></i></span>
    ${
      lowest === undefined || coverage.files.length < 2
        ? nothing
        : html`<p class="muted small">${text.lowest(shownText(lowest.path), percent(lowest.lineRate))}</p>`
    }`;
}

/** Why there are no results. */
export function noTests(run: Run, words: Words): string {
  const step = run.steps.find(({ name }) => name === 'test');
  if (step?.state === 'skipped' && step.reason !== undefined) {
    return words.panels.tests.skippedBecause(shownText(step.reason));
  }
  return terminalStates.has(run.state) ? words.panels.tests.noneRan : words.panels.tests.none;
}

export function testResults(run: Run, { tests, coverage, trouble }: RunResults, words: Words): TemplateResult {
  const text = words.panels.tests;
  if (tests === undefined && trouble !== undefined) return troubleNote(trouble);
  if (tests === undefined) return html`<p class="muted">${words.panels.notices.loading}</p>`;
  if (tests === null) return html`<p class="muted">${noTests(run, words)}</p>`;
  const order = ['failed', 'error', 'skipped', 'passed'];
  const cases = tests.cases.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return html`${testCounts(tests, words)}
    <table class="t cases">
      <tbody>
        ${cases.slice(0, mostRows).map((one) => caseRow(one, words))}
      </tbody>
    </table>
    ${
      coverage === undefined || coverage === null
        ? nothing
        : html`<div class="coverage">
            <h3 class="sec">${text.coverage}</h3>
            ${coverageBar(coverage, words)}
            <table class="t">
              <tbody>
                ${coverage.files.slice(0, mostRows).map(
                  (file) =>
                    html`<tr>
                      <td class="wrap">${shownText(file.path)}</td>
                      <td class="num muted">${percent(file.lineRate)} %</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }`;
}

function caseRow(one: TestCase, words: Words): TemplateResult {
  const detail = one.detail ?? '';
  const name = shownText(one.name);
  const message = one.message === undefined ? '' : shownText(one.message.split('\n')[0] ?? '');
  return html`<tr>
    <td class="wrap">
      <span class="st"
        >${stateIcon(outcomeStates[one.outcome])}<span class="vh"
          >${words.panels.tests.outcomes[one.outcome]}</span
        ></span
      >
      <b title=${shownText(one.suite)}>${name}</b>
      ${message === '' ? nothing : html`<span class="muted">${message}</span>`}
      ${
        detail === ''
          ? nothing
          : html`<details>
              <summary class="muted small">${shownText(one.suite)}</summary>
              <pre class="mono">${detail.split('\n').map(shownText).join('\n')}</pre>
            </details>`
      }
    </td>
    <td class="num muted">${formatDuration(one.durationMs)}</td>
  </tr>`;
}
