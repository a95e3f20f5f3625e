/**
 * A page with one panel in one state, for screenshots and tests. `?panel=detail&state=failed&theme=vscode-light&locale=en`.
 * The palettes stand in for those of the hosts.
 */
import { definePanels } from '@slipway/shared/panels';
import {
  exampleArtifacts,
  exampleCoverage,
  exampleLog,
  examplePlan,
  exampleRuns,
  exampleSpec,
  exampleSubmission,
  exampleTests,
  hostileArtifacts,
  hostileSpec,
  hostileTests,
  manyArtifacts,
  parametersOfAllTypes,
} from './runs.ts';
import { ScriptedHost, ScriptedLog, type Script } from './scriptedHost.ts';
import { applyTheme, type ThemeName } from './themes.ts';

const query = new URLSearchParams(location.search);
const state = query.get('state') ?? 'running';
const locale = query.get('locale') ?? 'en';
applyTheme(document, query.get('theme') ?? 'vscode-dark');
definePanels(document);

const now = Date.now();
const runs: Record<string, ReturnType<typeof exampleRuns>['running'] | undefined> = exampleRuns(now);
const run = runs[state] ?? exampleRuns(now).running;
const isOver = run.finishedAt !== undefined;
const log = new ScriptedLog('notebook', exampleLog(Number(query.get('lines') ?? 1204)), now - 230_000, isOver);
const releaseCounting = query.get('counting') === 'held' ? log.holdCounting() : () => undefined;
const hasResults = state === 'passed' || state === 'hostile';
const isHostile = state === 'hostile';
let release: () => void = () => undefined;
/** What `?state=late` waits for. */
const late = new Promise<void>((resolve) => (release = resolve));
const script: Script = {
  'runs/watch': () => ({ watch: 'w1' }),
  'runs/unwatch': () => ({}),
  'runs/get': () => {
    if (state === 'loading') return new Promise(() => undefined);
    if (state === 'error') {
      throw Object.assign(new Error('There is no run qc-1 in team-a.'), {
        action: 'List them: slipway runs --context team-a',
      });
    }
    return run;
  },
  'jobs/plan': async (submission) => {
    if (state === 'late') await late;
    const plan = examplePlan(submission);
    return state === 'types' ? { ...plan, parameters: parametersOfAllTypes } : plan;
  },
  'jobs/schema': () => ({ schema: {} }),
  'contexts/secrets': () => {
    if (state === 'no-secrets') throw new Error('secrets is forbidden');
    return { secrets: ['hub-token', 'minio-ada'] };
  },
  'jobs/manifest': () => ({ manifest: 'kind: PipelineRun\n' }),
  'runs/submit': () => run,
  'runs/spec': () => ({ spec: isHostile ? hostileSpec : exampleSpec }),
  'runs/links': () => {
    if (state === 'no-pages') throw new Error('The cluster cannot be asked.');
    return {
      links: isHostile
        ? [
            {
              label: '<img src=x onerror=attack()>\u202E',
              url: 'https://grafana.example.com/d/gpu?var-pod=%22%3E%3Cscript%3E',
            },
          ]
        : [
            { label: 'GPU use', url: 'https://grafana.example.com/d/gpu?var-pod=pbmc-clustering-7f3a-run-pod' },
            { label: 'Tekton Dashboard', url: 'https://tekton.example.com/#/pipelineruns/pbmc-clustering-7f3a' },
          ],
    };
  },
  'runs/cancel': () => ({ ...run, cancelRequested: true }),
  'runs/rerun': () => ({ ...run, name: 'pbmc-clustering-9c01' }),
  'runs/retry': () => ({ ...run, name: 'pbmc-clustering-9c02' }),
  'artifacts/list': () => ({
    artifacts: isHostile
      ? hostileArtifacts
      : state === 'many'
        ? manyArtifacts
        : hasResults
          ? exampleArtifacts
          : state === 'failed'
            ? exampleArtifacts.slice(0, 4)
            : [],
  }),
  'artifacts/tests': () => (isHostile ? hostileTests : hasResults ? exampleTests : null),
  'artifacts/failedCell': () => {
    if (query.get('cell') === 'gone') throw new Error('The volume results is gone.');
    return query.get('cell') === 'lost' ? null : (runs.longCell?.failedCell ?? null);
  },
  'artifacts/coverage': () => (hasResults ? exampleCoverage : null),
  ...log.script,
};
const host = new ScriptedHost(locale, script);

function makePanel(kind: string | null): HTMLElement {
  if (kind === 'form') {
    const form = document.createElement('slipway-run-form');
    form.host = host;
    form.contexts = ['local', 'team-a', 'team-b'];
    if (state === 'rerun') form.rerun = { context: 'team-a', run: 'pbmc-clustering-8b12' };
    else form.submission = exampleSubmission;
    return form;
  }
  const panel = document.createElement(kind === 'log' ? 'slipway-log-view' : 'slipway-run-detail');
  panel.host = host;
  panel.context = run.context;
  panel.run = run.name;
  return panel;
}

const panel = makePanel(query.get('panel'));
document.body.append(panel);

/** What tests find in the page. */
export interface GalleryWindow {
  readonly host: ScriptedHost;
  readonly log: ScriptedLog;
  readonly panel: HTMLElement;
  readonly run: typeof run;
  /** Lets `?state=late` go on. */
  release(): void;
  /** Lets the log's lines be counted where `?counting=held`. */
  releaseCounting(): void;
  /** Changes the host's theme while the panel is open. */
  changeTheme(theme: ThemeName): void;
}
const changeTheme = (theme: ThemeName): void => applyTheme(document, theme);
Object.assign(globalThis, { host, log, panel, run, release, releaseCounting, changeTheme } satisfies GalleryWindow);
if (state === 'stale') {
  setTimeout(() => {
    host.notify('context/changed', {
      watch: 'w1',
      context: run.context,
      state: 'stale',
      since: now - 60_000,
      reason: 'connect ETIMEDOUT 10.20.0.5:6443. Is the VPN on? No line of the log gets lost.',
    });
  }, 100);
}
