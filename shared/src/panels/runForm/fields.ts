import { html, nothing, type TemplateResult } from 'lit';
import { shownText, type Words } from '../../views/index.ts';
import { icon } from '../base/icons.ts';
import type { FormValues, ParameterField, Problem } from './formModel.ts';

/** What every field needs. */
export interface FieldContext {
  readonly words: Words;
  readonly values: FormValues;
  readonly problems: readonly Problem[];
  /** True where a run is sent again: its values are those to come back to. */
  readonly again: boolean;
  readonly set: (change: Partial<FormValues>) => void;
}

/** The identifier of a field's element; names of parameters may be anything. */
export function fieldId(field: string): string {
  return `f-${field.replace(/[^\w.-]/g, (character) => `_${character.codePointAt(0) ?? 0}_`)}`;
}

export function parameterRow(field: ParameterField, context: FieldContext): TemplateResult {
  const { values, words, set } = context;
  const id = fieldId(`parameter.${field.name}`);
  const text = values.parameters[field.name] ?? '';
  const noteOf = context.again ? words.panels.form.wasInRun : words.panels.form.defaultIs;
  const change = (next: string): void => set({ parameters: { ...values.parameters, [field.name]: next } });
  const reset =
    text === field.defaultText
      ? nothing
      : html` · <button class="link" @click=${() => change(field.defaultText)}>${words.panels.form.reset}</button>`;
  const note = html`<span
    >${noteOf(field.type, shownText(field.defaultText))}${reset}${
      field.help === undefined ? nothing : html`<br />${shownText(field.help)}`
    }</span
  >`;
  const control =
    field.type === 'bool'
      ? html`<span
          ><input
            type="checkbox"
            id=${id}
            .checked=${text === 'True'}
            @change=${(event: Event) => {
              if (event.target instanceof HTMLInputElement) change(event.target.checked ? 'True' : 'False');
            }}
        /></span>`
      : textInput(`parameter.${field.name}`, text, change, context, { mono: true });
  return html`<label for=${id} title=${shownText(field.name)}>${shownText(field.name)}</label>
    <div class="ctl">${control}${noteOrProblem(`parameter.${field.name}`, note, context, reset)}</div>`;
}

export interface TextInputOptions {
  readonly mono?: boolean;
  readonly placeholder?: string;
  readonly suggestions?: string;
  readonly hint?: string;
}

export function textInput(
  field: string,
  text: string,
  change: (text: string) => void,
  context: FieldContext,
  options: TextInputOptions = {},
): TemplateResult {
  const id = fieldId(field);
  const isInvalid = context.problems.some((problem) => problem.field === field);
  return html`<input
    type="text"
    class="in ${options.mono === true ? 'mono' : ''}"
    id=${id}
    spellcheck="false"
    autocomplete="off"
    list=${options.suggestions ?? nothing}
    title=${options.hint ?? nothing}
    placeholder=${options.placeholder ?? ''}
    aria-invalid=${isInvalid}
    aria-describedby="${id}-note"
    .value=${text}
    @input=${(event: Event) => {
      if (event.target instanceof HTMLInputElement) change(event.target.value);
    }}
  />`;
}

/** What stands beside a field: a note, or what is wrong with its value. */
export function noteOrProblem(
  field: string,
  note: TemplateResult | string,
  context: FieldContext,
  reset: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  const id = `${fieldId(field)}-note`;
  const found = context.problems.find((problem) => problem.field === field);
  if (found === undefined) return html`<span class="muted small" id=${id}>${note}</span>`;
  const text = context.words.panels.form.errors[found.problem];
  return html`<span class="st" id=${id} role="alert">${icon('failed', 'c-failed')} <span>${text}${reset}</span></span>`;
}

export function checkbox(id: string, label: string, on: boolean, change: (on: boolean) => void): TemplateResult {
  return html`<label for=${id}>${label}</label>
    <div class="ctl">
      <span
        ><input
          type="checkbox"
          id=${id}
          .checked=${on}
          @change=${(event: Event) => {
            if (event.target instanceof HTMLInputElement) change(event.target.checked);
          }}
      /></span>
    </div>`;
}
