import { html, nothing, type TemplateResult } from 'lit';
import type { JobSpec, Run } from '../../protocol/index.ts';
import { shownText, type Words } from '../../views/index.ts';
import { troubleNote } from '../base/troubleNote.ts';
import { valueText } from '../base/valueText.ts';
import type { RunFeed } from './runFeed.ts';

type Row = readonly [name: string, value: string];

/** What was asked for: parameters, image, environment; and what a pipeline gave as results. */
export function jobTab(run: Run, spec: RunFeed['spec'], words: Words): TemplateResult {
  const text = words.panels.job;
  const results = Object.entries(run.results ?? {});
  return html`<div class="cols">
      ${
        spec?.spec === undefined
          ? spec?.trouble === undefined
            ? html`<p class="muted">${words.panels.notices.loading}</p>`
            : troubleNote(spec.trouble)
          : html`${parameters(spec.spec, words)}
              <div>
                <h3 class="sec">${text.environment}</h3>
                ${rows(environmentRows(run, spec.spec, words))}
              </div>`
      }
    </div>
    ${
      results.length === 0
        ? nothing
        : html`<h3 class="sec">${text.results}</h3>
            ${rows(results)}`
    }`;
}

function parameters(spec: JobSpec, words: Words): TemplateResult {
  const entries = Object.entries(spec.parameters ?? {});
  return html`<div>
    <h3 class="sec">${words.panels.job.parameters}</h3>
    ${
      entries.length === 0
        ? html`<p class="muted">${words.panels.job.noParameters}</p>`
        : rows(entries.map(([name, value]) => [name, valueText(value)]))
    }
  </div>`;
}

function environmentRows(run: Run, spec: JobSpec, words: Words): Row[] {
  const text = words.panels.job;
  const command = Array.isArray(spec.command) ? spec.command.join(' ') : spec.command;
  const variables = Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`);
  const secrets = (spec.secrets ?? []).map(({ env, secret, key }) => `${env} (${secret}, ${key})`);
  const source = run.source;
  const all: readonly (readonly [string, string | undefined])[] = [
    [text.notebook, spec.notebook],
    [text.command, command],
    [text.from, source === undefined ? undefined : source.unsaved ? `${source.path} · ${text.unsaved}` : source.path],
    [text.image, spec.image],
    [text.instanceType, spec.instanceType],
    [text.python, spec.python],
    [text.kernel, spec.kernel],
    [text.requirements, spec.requirements],
    [text.variables, variables.length === 0 ? undefined : variables.join('\n')],
    [text.secrets, secrets.length === 0 ? undefined : secrets.join('\n')],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

export function rows(list: readonly Row[]): TemplateResult {
  return html`<table class="t kvs">
    <tbody>
      ${list.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${shownText(name)}</th>
            <td class="mono wrap">${value.split('\n').map((line) => html`<div>${shownText(line)}</div>`)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
