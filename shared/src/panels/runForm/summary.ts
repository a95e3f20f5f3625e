import { html, nothing, type TemplateResult } from 'lit';
import type { JobSpec, RunPlan } from '../../protocol/index.ts';
import { shownText, type Words } from '../../views/index.ts';
import { icon } from '../base/icons.ts';
import type { Trouble } from '../base/trouble.ts';
import { troubleNote } from '../base/troubleNote.ts';
import { fieldId } from './fields.ts';
import { gpusOf, memoryText, type Problem } from './formModel.ts';

export interface SummaryState {
  readonly context: string;
  readonly plan: RunPlan | undefined;
  /** The job itself, where there is no plan: a run that is sent again. */
  readonly spec: JobSpec | undefined;
  readonly planning: boolean;
  readonly problems: readonly Problem[];
  readonly trouble: Trouble | undefined;
  /** What a submission is doing now; undefined while none is on its way. */
  readonly progress: string | undefined;
  readonly canPreview: boolean;
}

export interface SummaryActions {
  readonly run: () => void;
  readonly preview: () => void;
  readonly goTo: (field: string) => void;
}

/** "What will run where", and the buttons. */
export function summary(words: Words, state: SummaryState, actions: SummaryActions): TemplateResult {
  const text = words.panels.form;
  const { plan, problems, progress } = state;
  const isOff = problems.length > 0 || progress !== undefined;
  return html`<aside class="fside" aria-labelledby="where">
    <div class="stick">
      <h2 class="sec" id="where">${text.summary}</h2>
      ${plan === undefined ? nothing : html`<p>${sentence(plan, state.context, words)}</p>`}
      <table class="t small">
        <tbody>
          ${rowsOf(words, state).map(
            ([name, value]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td>${shownText(value)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${(plan?.warnings ?? []).map(
        (warning) =>
          html`<p class="st small">${icon('lost', 'c-waiting')} <span class="wrap">${shownText(warning)}</span></p>`,
      )}
      ${state.trouble === undefined ? nothing : troubleNote(state.trouble)}
      ${problems.length === 0 ? nothing : problemList(words, problems, actions)}
      <div class="actions">
        <button class="b p w" id="run" aria-disabled=${isOff} @click=${actions.run}>${icon('play')} ${text.run}</button>
        ${
          state.canPreview
            ? html`<button class="b w" aria-disabled=${isOff} @click=${actions.preview}>
                ${icon('eye')} ${text.preview}
              </button>`
            : nothing
        }
      </div>
      <p class="muted small">${text.hint}</p>
      <p class="muted small" role="status">
        ${progress === undefined ? (state.planning ? text.planning : '') : progress === '' ? text.submitting : shownText(progress)}
      </p>
    </div>
  </aside>`;
}

function problemList(words: Words, problems: readonly Problem[], actions: SummaryActions): TemplateResult {
  const text = words.panels.form;
  const labels: Readonly<Record<string, string | undefined>> = {
    environment: text.environment,
    timeLimit: text.timeLimit,
    dataset: text.dataset,
    datasetSecret: text.secret,
    datasetEndpoint: text.endpoint,
  };
  const labelOf = ({ label, field }: Problem): string => labels[field] ?? shownText(label);
  return html`<p role="alert">
    ${icon('failed', 'c-failed')} ${text.valuesToFix(problems.length)}
    ${problems.map(
      (problem) =>
        html`<button class="link" @click=${() => actions.goTo(fieldId(problem.field))}>${labelOf(problem)}</button> `,
    )}
  </p>`;
}

function sentence(plan: RunPlan, context: string, words: Words): string {
  const cells = plan.spec.notebook === undefined ? undefined : (plan.codeCells ?? 0);
  return words.panels.form.sentence(cells, gpusOf(plan), shownText(context), plan.tests !== undefined);
}

function rowsOf(words: Words, { plan, spec, context }: SummaryState): (readonly [string, string])[] {
  const text = words.panels.form;
  const rows = text.summaryRows;
  const cluster = plan?.cluster;
  const { timeouts: limit, dataset } = plan?.spec ?? spec ?? {};
  const time = limit?.notebook ?? limit?.command;
  const list: readonly (readonly [string, string | undefined])[] = [
    [
      rows.cluster,
      cluster === undefined
        ? spec === undefined || context === 'local'
          ? undefined
          : context
        : `${context} · ${cluster.namespace}`,
    ],
    [rows.as, cluster?.user],
    [rows.gpu, cluster === undefined ? undefined : cluster.gpus === 0 ? text.noGpu : gpuText(cluster)],
    [rows.size, cluster === undefined ? undefined : text.cpuAndMemory(cluster.cpu, memoryText(cluster.memory))],
    [rows.image, cluster?.image ?? spec?.image],
    [rows.python, plan?.python === undefined ? undefined : `${plan.python.version}, ${plan.python.explanation}`],
    [rows.kernel, plan?.python?.kernel ?? spec?.kernel],
    [rows.steps, plan?.steps.join(', ')],
    [rows.volume, cluster?.volume],
    [rows.inputs, cluster?.inputs],
    [rows.dataset, dataset?.url ?? dataset?.path],
    [rows.timeLimit, time === undefined ? undefined : typeof time === 'number' ? `${time}s` : time],
  ];
  return list.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
}

function gpuText({ gpus, instanceType }: NonNullable<RunPlan['cluster']>): string {
  return instanceType === undefined ? String(gpus) : `${gpus} · ${instanceType}`;
}
