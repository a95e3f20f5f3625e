import { html, nothing, type TemplateResult } from 'lit';
import type { Run } from '../../protocol/index.ts';
import type { Words } from '../../views/index.ts';
import { valueText } from '../base/valueText.ts';
import { artifactList, type ArtifactActions } from './artifactList.ts';
import { rows } from './jobTab.ts';
import type { RunFeed } from './runFeed.ts';
import { coverageBar, noTests, testCounts } from './testResults.ts';

/** The results at a glance: tests, coverage, what was asked for, and the artifacts. */
export function overview(run: Run, feed: RunFeed, words: Words, actions: ArtifactActions): TemplateResult {
  const { tests, coverage } = feed.results;
  const text = words.panels;
  const spec = feed.spec?.spec;
  const parameters = Object.entries(spec?.parameters ?? {});
  const where = [
    [text.job.image, spec?.image],
    [text.job.instanceType, spec?.instanceType],
    [text.job.kernel, spec?.kernel],
  ] as const;
  return html`<div class="cols three">
      <div>
        <h3 class="sec">${text.tests.title}</h3>
        ${
          tests === undefined || tests === null
            ? html`<p class="muted">${noTests(run, words)}</p>`
            : testCounts(tests, words)
        }
        ${
          coverage === undefined || coverage === null
            ? nothing
            : html`<h3 class="sec gap">${text.tests.coverage}</h3>
                ${coverageBar(coverage, words)}`
        }
      </div>
      ${
        parameters.length === 0
          ? nothing
          : html`<div>
              <h3 class="sec">${text.job.parameters}</h3>
              ${rows(parameters.map(([name, value]) => [name, valueText(value)]))}
            </div>`
      }
      ${
        spec === undefined
          ? nothing
          : html`<div>
              <h3 class="sec">${text.job.environment}</h3>
              ${rows(where.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))}
            </div>`
      }
    </div>
    <h3 class="sec gap">${text.artifacts.title}</h3>
    ${artifactList(run, feed.results, words, actions)}`;
}
