import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes, type RunPlan } from '../../protocol/index.ts';
import { shownText } from '../../views/index.ts';
import { cutName } from '../base/names.ts';
import { checkbox, fieldId, noteOrProblem, parameterRow, textInput, type FieldContext } from './fields.ts';
import { memoryText, type ParameterField } from './formModel.ts';
import type { Hints } from './hints.ts';

/** More files than that are shown when somebody asks. */
const fewFiles = 8;

export function parametersSection(fields: readonly ParameterField[], context: FieldContext): TemplateResult {
  const text = context.words.panels.form;
  return html`<section class="fs">
    <h2>${text.parameters}</h2>
    ${
      fields.length === 0
        ? html`<p class="muted span">${text.noParameters}</p>`
        : fields.map((field) => parameterRow(field, context))
    }
  </section>`;
}

export interface WhereOptions {
  readonly contexts: readonly string[];
  readonly chosen: string;
  readonly plan: RunPlan | undefined;
  /** True where the run goes to a cluster: this machine has no images and sizes. */
  readonly cluster: boolean;
  readonly hints: Hints;
  readonly chooseContext: (context: string) => void;
}

export function whereSection(options: WhereOptions, context: FieldContext): TemplateResult | typeof nothing {
  const text = context.words.panels.form;
  const { contexts, chosen, plan, cluster, hints } = options;
  if (!cluster && contexts.length < 2) return nothing;
  return html`<section class="fs">
    <h2>${text.where}</h2>
    ${
      contexts.length < 2
        ? nothing
        : html`<label for="f-context">${text.context}</label>
            <div class="ctl wide">
              <select
                class="in"
                id="f-context"
                @change=${(event: Event) => {
                  if (event.target instanceof HTMLSelectElement) options.chooseContext(event.target.value);
                }}
              >
                ${contexts.map((name) => html`<option value=${name} ?selected=${name === chosen}>${shownText(name)}</option>`)}
              </select>
            </div>`
    }
    ${cluster ? clusterFields(plan, hints, context) : nothing}
  </section>`;
}

function clusterFields(plan: RunPlan | undefined, hints: Hints, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  const cluster = plan?.cluster;
  return html`<label for=${fieldId('image')}>${text.image}</label>
    <div class="ctl wide">
      ${textInput('image', values.image, (image) => set({ image }), context, {
        placeholder: cluster?.image ?? text.imageDefault,
        suggestions: 'images',
        ...hint(hints, 'image'),
      })}
      <datalist id="images">${(cluster?.images ?? []).map((image) => html`<option value=${image}></option>`)}</datalist>
    </div>
    ${
      cluster?.instanceTypes === undefined
        ? html`<label for=${fieldId('instanceType')}>${text.instanceType}</label>
            <div class="ctl wide">
              ${textInput('instanceType', values.instanceType, (instanceType) => set({ instanceType }), context, {
                placeholder: cluster?.instanceType ?? text.instanceTypeDefault,
                ...hint(hints, 'instanceType'),
              })}
            </div>`
        : sizeChoice(cluster.instanceTypes, context)
    }`;
}

type InstanceTypes = NonNullable<NonNullable<RunPlan['cluster']>['instanceTypes']>;

/** The profile's sizes as a group of radio buttons; arrows move, as in any such group. */
function sizeChoice(sizes: InstanceTypes, { words, values, set }: FieldContext): TemplateResult {
  const text = words.panels.form;
  const chosen = values.instanceType === '' ? sizes.find((size) => size.default)?.name : values.instanceType;
  return html`<span class="span" id="f-sizes">${text.instanceType}</span>
    <ul class="pick sizes" role="radiogroup" aria-labelledby="f-sizes">
      ${sizes.map(
        ({ name, cpu, memory, gpus }) =>
          html`<li class=${name === chosen ? 'sel' : ''} role="none">
            <label
              ><input
                type="radio"
                name="instanceType"
                .checked=${name === chosen}
                @change=${() => set({ instanceType: name })}
              /><span title=${shownText(name)}>${shownText(name)}</span><span class="muted">${text.gpus(gpus)}</span
              ><span class="muted">${text.cpuAndMemory(cpu, memoryText(memory))}</span></label
            >
          </li>`,
      )}
    </ul>`;
}

export interface FilesOptions {
  readonly plan: RunPlan;
  readonly all: boolean;
  readonly showAll: () => void;
}

export function filesSection({ plan, all, showAll }: FilesOptions, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  const { files, totalBytes, ignored } = plan.companions;
  const unticked = new Set(values.excluded);
  const left = ignored.filter(({ path }) => !unticked.has(path));
  const rows = [
    ...files
      .filter(({ path }) => !unticked.has(path))
      .map(({ path, bytes }) => ({ path, on: true, note: '', size: formatBytes(bytes) })),
    ...values.excluded.map((path) => ({ path, on: false, note: '', size: '' })),
  ];
  const shown = all ? rows : rows.slice(0, fewFiles);
  const tick = (path: string, on: boolean): void => {
    const excluded = values.excluded.filter((other) => other !== path);
    set({ excluded: on ? excluded : [...excluded, path] });
  };
  return html`<section class="fs">
    <h2>${text.files} <small>${text.filesSummary(files.length, formatBytes(totalBytes))}</small></h2>
    <ul class="pick">
      ${shown.map(
        ({ path, on, size }) =>
          html`<li>
            <label
              ><input
                type="checkbox"
                .checked=${on}
                @change=${(event: Event) => {
                  if (event.target instanceof HTMLInputElement) tick(path, event.target.checked);
                }}
              /><span class="grow">${cutName(path)}</span><span class="muted">${size}</span></label
            >
          </li>`,
      )}
      ${left.slice(0, all ? 200 : fewFiles).map(
        ({ path, reason }) =>
          html`<li>
            <label
              ><input type="checkbox" disabled /><span class="grow"
                >${cutName(path)} <span class="muted">${text.leftOut(shownText(reason))}</span></span
              ></label
            >
          </li>`,
      )}
    </ul>
    ${
      all || rows.length <= fewFiles
        ? nothing
        : html`<p class="span small muted">
            ${text.moreFiles(rows.length - fewFiles)} · <button class="link" @click=${showAll}>${text.allFiles}</button>
          </p>`
    }
    ${plan.companions.warnings.map((warning) => html`<p class="span small muted">${shownText(warning)}</p>`)}
  </section>`;
}

export function testsSection(plan: RunPlan | undefined, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  const found = plan?.tests;
  const note =
    found === undefined
      ? plan !== undefined && values.testPath === ''
        ? text.noSuite
        : ''
      : found.asked
        ? ''
        : text.suiteFound;
  return html`<section class="fs">
    <h2>${text.tests}</h2>
    ${checkbox('f-tests', text.runTests, values.tests, (tests) => set({ tests }))}
    ${
      values.tests
        ? html`<label for=${fieldId('testPath')}>${text.suite}</label>
            <div class="ctl">
              ${textInput('testPath', values.testPath, (testPath) => set({ testPath }), context, {
                placeholder: found?.path ?? 'tests',
              })}${noteOrProblem('testPath', note, context)}
            </div>
            <label for=${fieldId('marker')}>${text.marker}</label>
            <div class="ctl">
              ${textInput('marker', values.marker, (marker) => set({ marker }), context, { mono: true })}${noteOrProblem(
                'marker',
                text.markerNote,
                context,
              )}
            </div>
            ${checkbox('f-alwaysTests', text.alwaysTests, values.alwaysTests, (alwaysTests) => set({ alwaysTests }))}`
        : nothing
    }
  </section>`;
}

export function advancedSection(plan: RunPlan | undefined, hints: Hints, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  const hasProblem = context.problems.some(({ field }) => field === 'environment' || field === 'timeLimit');
  const environmentId = fieldId('environment');
  return html`<details ?open=${hasProblem}>
    <summary>${text.advanced} <small>${text.advancedNote}</small></summary>
    <div class="fs">
      <label for=${environmentId}>${text.environment}</label>
      <div class="ctl">
        <textarea
          class="in mono"
          id=${environmentId}
          rows="3"
          spellcheck="false"
          title=${hints.env ?? ''}
          aria-invalid=${context.problems.some(({ field }) => field === 'environment')}
          aria-describedby="${environmentId}-note"
          .value=${values.environment}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLTextAreaElement) set({ environment: event.target.value });
          }}
        ></textarea
        >${noteOrProblem('environment', text.environmentNote, context)}
      </div>
      <label for=${fieldId('kernel')}>${text.kernel}</label>
      <div class="ctl">
        ${textInput('kernel', values.kernel, (kernel) => set({ kernel }), context, {
          placeholder: plan?.python?.kernel ?? 'python3',
          ...hint(hints, 'kernel'),
        })}
      </div>
      <label for=${fieldId('python')}>${text.python}</label>
      <div class="ctl">
        ${textInput('python', values.python, (python) => set({ python }), context, {
          placeholder: plan?.python?.interpreter ?? '',
          ...hint(hints, 'python'),
        })}
      </div>
      <label for=${fieldId('timeLimit')}>${text.timeLimit}</label>
      <div class="ctl">
        ${textInput('timeLimit', values.timeLimit, (timeLimit) => set({ timeLimit: timeLimit.trim() }), context)}${noteOrProblem(
          'timeLimit',
          text.timeLimitNote,
          context,
        )}
      </div>
    </div>
  </details>`;
}

function hint(hints: Hints, name: string): { readonly hint?: string } {
  const text = hints[name];
  return text === undefined ? {} : { hint: text };
}
