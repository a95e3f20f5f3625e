import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes, terminalStates, type Artifact, type Run } from '../../protocol/index.ts';
import { shownText, type Words } from '../../views/index.ts';
import { icon, type IconName } from '../base/icons.ts';
import { cutName } from '../base/names.ts';
import { troubleNote } from '../base/troubleNote.ts';
import type { RunResults } from './runFeed.ts';

export interface ArtifactActions {
  readonly open: (path: string) => void;
  readonly save: (path: string) => void;
  /** How many are listed; a run may have left more than a page can hold. */
  readonly listed: number;
  readonly listMore: () => void;
}

/** So many are listed at first, and so many more each time somebody asks. */
export const artifactsAtOnce = 200;

const roleIcons: Readonly<Record<Artifact['role'], IconName>> = {
  executedNotebook: 'notebook',
  report: 'code',
  log: 'log',
  environment: 'file',
  requirementsLock: 'file',
  junit: 'tests',
  coverage: 'tests',
  testReport: 'code',
  file: 'file',
};

/** The most wanted first: what people came for, then what the run made, then what it noted about itself. */
const roleOrder: readonly Artifact['role'][] = [
  'report',
  'executedNotebook',
  'testReport',
  'file',
  'junit',
  'coverage',
  'environment',
  'requirementsLock',
  'log',
];

export function sortedArtifacts(artifacts: readonly Artifact[]): Artifact[] {
  return artifacts.toSorted(
    (a, b) => roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

export function artifactSummary(artifacts: readonly Artifact[], words: Words): string {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  return words.panels.artifacts.summary(artifacts.length, formatBytes(bytes));
}

export function artifactList(run: Run, results: RunResults, words: Words, actions: ArtifactActions): TemplateResult {
  const { artifacts, trouble } = results;
  const text = words.panels.artifacts;
  if (artifacts === undefined) {
    return trouble === undefined ? html`<p class="muted">${words.panels.notices.loading}</p>` : troubleNote(trouble);
  }
  if (artifacts.length === 0) {
    return html`<p class="muted">${terminalStates.has(run.state) ? text.noneLeft : text.none}</p>`;
  }
  return html`<p class="muted small summary">${artifactSummary(artifacts, words)}</p>
    ${trouble === undefined ? nothing : troubleNote(trouble)}
    <table class="t files">
      <thead>
        <tr>
          <th>${text.name}</th>
          <th class="opt">${text.kind}</th>
          <th class="num">${text.size}</th>
          <th><span class="vh">${words.panels.log.download}</span></th>
        </tr>
      </thead>
      <tbody>
        ${sortedArtifacts(artifacts)
          .slice(0, actions.listed)
          .map((artifact) => row(artifact, words, actions))}
      </tbody>
    </table>
    ${
      artifacts.length <= actions.listed
        ? nothing
        : html`<p class="muted small">
            ${words.panels.form.moreFiles(artifacts.length - actions.listed)} ·
            <button class="link" @click=${actions.listMore}>${text.listMore}</button>
          </p>`
    }`;
}

function row(artifact: Artifact, words: Words, actions: ArtifactActions): TemplateResult {
  const text = words.panels.artifacts;
  const shown = shownText(artifact.path);
  return html`<tr>
    <td class="name">
      <button class="link file" @click=${() => actions.open(artifact.path)}>
        ${icon(iconOf(artifact))}${cutName(artifact.path)}
      </button>
    </td>
    <td class="muted opt">${text.roles[artifact.role]}</td>
    <td class="num muted">${formatBytes(artifact.bytes)}</td>
    <td class="num">
      <button
        class="b q"
        aria-label=${text.save(shown)}
        title=${text.save(shown)}
        @click=${() => actions.save(artifact.path)}
      >
        ${icon('down')}
      </button>
    </td>
  </tr>`;
}

function iconOf({ role, mediaType }: Artifact): IconName {
  return role === 'file' && mediaType.startsWith('image/') ? 'image' : roleIcons[role];
}
