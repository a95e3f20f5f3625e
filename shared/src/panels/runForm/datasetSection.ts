import { html, nothing, type TemplateResult } from 'lit';
import { takesSecret } from './datasetValues.ts';
import { fieldId, noteOrProblem, textInput, type FieldContext } from './fields.ts';
import type { SecretNames } from './secretNames.ts';

/** Where the run's data comes from: a source, and for buckets and the Hub whom it is read as and from which server. */
export function datasetSection(secrets: SecretNames | undefined, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  return html`<section class="fs">
    <h2>${text.data} <small>${text.dataNote}</small></h2>
    <label for=${fieldId('dataset')}>${text.dataset}</label>
    <div class="ctl wide">
      ${textInput('dataset', values.dataset, (dataset) => set({ dataset }), context, {
        mono: true,
        placeholder: text.noDataset,
      })}${noteOrProblem('dataset', text.datasetNote, context)}
    </div>
    ${takesSecret(values.dataset) ? accessFields(secrets, context) : nothing}
  </section>`;
}

function accessFields(secrets: SecretNames | undefined, context: FieldContext): TemplateResult {
  const { words, values, set } = context;
  const text = words.panels.form;
  const names = secrets?.names ?? [];
  const note = values.dataset.trim().startsWith('s3://') ? text.secretOfBucket : text.secretOfHub;
  return html`<label for=${fieldId('datasetSecret')}>${text.secret}</label>
    <div class="ctl">
      ${textInput('datasetSecret', values.datasetSecret, (datasetSecret) => set({ datasetSecret }), context, {
        mono: true,
        placeholder: text.noSecret,
        suggestions: 'secrets',
      })}${noteOrProblem(
        'datasetSecret',
        html`${note}${secrets?.isUnknown === true ? html`<br />${text.secretsUnknown}` : nothing}`,
        context,
      )}
      <datalist id="secrets">${names.map((name) => html`<option value=${name}></option>`)}</datalist>
    </div>
    <label for=${fieldId('datasetEndpoint')}>${text.endpoint}</label>
    <div class="ctl">
      ${textInput('datasetEndpoint', values.datasetEndpoint, (datasetEndpoint) => set({ datasetEndpoint }), context, {
        mono: true,
        placeholder: 'https://minio.example.com',
      })}${noteOrProblem('datasetEndpoint', text.endpointNote, context)}
    </div>`;
}
