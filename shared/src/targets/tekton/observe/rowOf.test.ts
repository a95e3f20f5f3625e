import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSchema } from '../../../protocol/index.ts';
import { rowOf, rowOfTable, tableRowSchema } from './rowOf.ts';
import { metadataSchema, pipelineRunSchema } from './schemas/index.ts';
import { at, condition, ourLabels, startMs } from './testing/objects.ts';
import { triggerOf } from './trigger.ts';

type Json = Readonly<Record<string, unknown>>;

const theirs = { name: 'build-x7', creationTimestamp: at(0) };

describe('rowOf', () => {
  it.each<[condition: Json | undefined, wanted: Json]>([
    [undefined, { state: 'queued' }],
    [condition('Unknown', 'PipelineRunPending'), { state: 'queued' }],
    [condition('Unknown', 'Started'), { state: 'staging' }],
    [condition('Unknown', 'Running'), { state: 'running' }],
    [condition('True', 'Succeeded'), { state: 'succeeded', finishedAt: startMs + 9_000 }],
    [condition('True', 'Completed'), { state: 'succeeded' }],
    [
      condition('False', 'Failed', 'Tasks Completed: 1 (Failed: 1)'),
      { state: 'failed', reason: 'Tasks Completed: 1 (Failed: 1)' },
    ],
    [condition('False', 'Cancelled'), { state: 'cancelled' }],
    [condition('False', 'PipelineRunTimeout'), { state: 'timedOut' }],
    [condition('False', 'ParameterMissing', 'pipelineRun missing parameters: [a]'), { state: 'failed' }],
  ])('%j', (given, wanted) => {
    const status = given === undefined ? undefined : { conditions: [given], startTime: at(2), completionTime: at(9) };
    expect(rowOf('team-a', pipelineRunSchema.parse({ metadata: theirs, status }))).toMatchObject({
      name: 'build-x7',
      context: 'team-a',
      title: 'build-x7',
      foreign: true,
      createdAt: startMs,
      steps: [],
      ...wanted,
    });
  });

  it('is ours only where both labels say so', () => {
    const named = (labels: Json): boolean | undefined =>
      rowOf('c', pipelineRunSchema.parse({ metadata: { ...theirs, name: 'analysis-7f3a', labels } })).foreign;
    expect(named(ourLabels)).toBeUndefined();
    expect(named({ ...ourLabels, 'slipway.dev/run': 'another' })).toBe(true);
    expect(named({ 'slipway.dev/run': 'analysis-7f3a' })).toBe(true);
  });

  it('is called after its pipeline where it is not ours', () => {
    const spec = { pipelineRef: { name: 'build-and-push' } };
    expect(rowOf('c', pipelineRunSchema.parse({ metadata: theirs, spec })).title).toBe('build-and-push');
  });
});

describe('rowOfTable', () => {
  const row = (...cells: unknown[]): ReturnType<typeof rowOfTable> =>
    rowOfTable('c', tableRowSchema.parse({ cells, object: { metadata: theirs } }), startMs + 600_000);

  it('reads cells and ages', () => {
    expect(row('build-x7', 'False', 'Failed', '9m28s', '2m')).toMatchObject({
      state: 'failed',
      reason: 'Failed',
      startedAt: startMs + 32_000,
      finishedAt: startMs + 480_000,
    });
    expect(row('build-x7', 'Unknown', 'Running', '5m', '')).toMatchObject({
      state: 'running',
      startedAt: startMs + 300_000,
    });
    expect(row('build-x7', '', '', '', '')).toMatchObject({ state: 'queued' });
  });

  it('does not tell how long a run took where the ages are too coarse for it', () => {
    const now = startMs + 600_000_000;
    const old = (started: string, completed: string): ReturnType<typeof rowOfTable> =>
      rowOfTable(
        'c',
        tableRowSchema.parse({ cells: ['a', 'True', 'Succeeded', started, completed], object: { metadata: theirs } }),
        now,
      );
    expect(old('3d4h', '3d4h')).not.toHaveProperty('startedAt');
    expect(old('3d4h', '3d4h')).toMatchObject({ finishedAt: now - 273_600_000 });
    expect(old('6d', '5d2h')).toMatchObject({ startedAt: now - 518_400_000, finishedAt: now - 439_200_000 });
    expect(old('2h', '119m')).not.toHaveProperty('startedAt');
  });

  it('never throws, and makes a run of the form that is promised', () => {
    const cell = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('True', 'False', 'Unknown', '5m', '<unknown>', '1y2d', '-3s'),
    );
    const metadata = fc.oneof(
      fc.constant(theirs),
      fc.record({
        name: fc.string(),
        annotations: fc.dictionary(
          fc.constantFrom('slipway.dev/source', 'slipway.dev/created', 'slipway.dev/reuses'),
          fc.string(),
        ),
        labels: fc.constant(ourLabels),
      }),
    );
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 7 }), metadata, (cells, given) => {
        const parsed = rowOfTable('c', tableRowSchema.parse({ cells, object: { metadata: given } }), startMs);
        expect(runSchema.safeParse(parsed).error).toBeUndefined();
      }),
    );
  });
});

describe('triggerOf', () => {
  const trigger = (parts: Json): ReturnType<typeof triggerOf> =>
    triggerOf(metadataSchema.parse({ name: 'r', ...parts }));

  it.each<[what: string, parts: Json, source: string | undefined, detail: string | undefined]>([
    ['nothing', {}, undefined, undefined],
    ['ours', { labels: ourLabels }, 'cli', undefined],
    [
      'Tekton Triggers',
      { labels: { 'triggers.tekton.dev/eventlistener': 'github', 'triggers.tekton.dev/trigger': 'push' } },
      'webhook',
      'github, push',
    ],
    [
      'Pipelines as Code',
      {
        labels: {
          'pipelinesascode.tekton.dev/event-type': 'pull_request',
          'pipelinesascode.tekton.dev/url-repository': 'models',
        },
        annotations: { 'pipelinesascode.tekton.dev/branch': 'main', 'pipelinesascode.tekton.dev/sender': 'alice' },
      },
      'pipelines-as-code',
      'pull request on main of models by alice',
    ],
    [
      'Jenkins',
      { annotations: { 'jenkins.io/build-url': 'https://ci.example.org/job/7/' } },
      'jenkins',
      'https://ci.example.org/job/7/',
    ],
    [
      'Argo CD',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'models:tekton.dev/PipelineRun:ns/r' } },
      'argocd',
      'models',
    ],
    [
      'kubectl apply',
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
      'kubectl',
      undefined,
    ],
    [
      'kubectl create',
      {
        managedFields: [
          { manager: 'kubectl-create', operation: 'Update' },
          { manager: 'controller', subresource: 'status' },
        ],
      },
      'kubectl',
      undefined,
    ],
    [
      'tkn',
      { managedFields: [{ manager: 'controller', subresource: 'status' }, { manager: 'tkn' }] },
      'tkn',
      undefined,
    ],
    ['a rerun from the dashboard', { labels: { 'dashboard.tekton.dev/rerunOf': 'r-1' } }, 'dashboard', 'again as r-1'],
    ['somebody unheard of', { managedFields: [{ manager: 'robot' }], labels: { app: 'x' } }, undefined, undefined],
  ])('%s', (_what, parts, source, detail) => {
    expect(trigger(parts)).toEqual(
      source === undefined ? undefined : { source, ...(detail !== undefined && { detail }) },
    );
  });
});
