import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metadata } from './clusterObjects.ts';
import { planPrune, type PodFacts, type PruneFacts, type RunFacts } from './prunePlan.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const minute = 60_000;
const day = 24 * 60 * minute;
const at = (ago: number) => new Date(now - ago).toISOString();

interface Given {
  readonly run?: string;
  readonly ago?: number;
  readonly expiresAgo?: number;
  readonly owned?: boolean;
  readonly helper?: string;
  readonly foreign?: boolean;
  readonly deleting?: boolean;
}

function metadata(name: string, given: Given = {}): Metadata {
  const { run, ago = day, expiresAgo, owned = false, helper, foreign = false, deleting = false } = given;
  return {
    name,
    uid: `uid-${name}`,
    creationTimestamp: at(ago),
    labels: {
      ...(!foreign && { 'app.kubernetes.io/managed-by': 'slipway' }),
      ...(run !== undefined && { 'slipway.dev/run': run }),
      ...(helper !== undefined && { 'slipway.dev/helper': helper }),
    },
    annotations: expiresAgo === undefined ? {} : { 'slipway.dev/expires': at(expiresAgo) },
    ownerReferences: owned ? [{ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', name: 'x', uid: 'u' }] : [],
    ...(deleting && { deletionTimestamp: at(minute) }),
  };
}

function run(name: string, endedAgo: number | undefined, more: Partial<RunFacts> = {}): RunFacts {
  return {
    metadata: metadata(name, { run: name }),
    endedAt: endedAgo === undefined ? undefined : now - endedAgo,
    configMaps: [],
    reuses: undefined,
    ...more,
  };
}

const pod = (name: string, given: Given, ended = false): PodFacts => ({
  metadata: metadata(name, given),
  ended,
  configMaps: [],
});

const facts = (given: Partial<PruneFacts>): PruneFacts => ({
  now,
  runs: [],
  configMaps: [],
  claims: [],
  pods: [],
  currentShared: new Set(),
  ...given,
});

const names = (given: Partial<PruneFacts>, request = {}) => planPrune(facts(given), request).map(({ name }) => name);

describe('ended runs', () => {
  const runs = [run('new', minute), run('old', 10 * day), run('older', 20 * day), run('running', undefined)];

  it.each([
    [{}, []],
    [{ olderThanMs: 7 * day }, ['old', 'older']],
    [{ keep: 1 }, ['old', 'older']],
    [{ keep: 0 }, ['new', 'old', 'older']],
    [{ olderThanMs: 7 * day, keep: 2 }, ['older']],
    [{ olderThanMs: 7 * day, keep: 5 }, []],
  ])('%o: %o', (request, expected) => {
    expect(names({ runs }, request)).toEqual(expected);
  });

  it('keeps the original of a retry that has not ended', () => {
    const retry = run('retry', undefined, { reuses: 'old' });
    expect(names({ runs: [...runs, retry] }, { keep: 0 })).toEqual(['new', 'older']);
    expect(names({ runs: [...runs, { ...retry, endedAt: now }] }, { keep: 1 })).toEqual(['new', 'old', 'older']);
  });

  it('says when it ended', () => {
    const reasons = planPrune(facts({ runs: [run('a', minute), run('b', 5 * 60 * minute), run('c', 9 * day)] }), {
      keep: 0,
    });
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'the run ended 1 minute ago',
      'the run ended 5 hours ago',
      'the run ended 9 days ago',
    ]);
  });
});

describe('orphans', () => {
  const gone = { run: 'gone', ago: 20 * minute, expiresAgo: 5 * minute };

  it('removes inputs, volume and pods of a submission that was killed', () => {
    const given = {
      configMaps: [metadata('gone-inputs', gone)],
      claims: [metadata('gone-data', gone)],
      pods: [pod('gone-upload', { ...gone, helper: 'upload' }, true)],
    };
    expect(names(given)).toEqual(['gone-upload', 'gone-data', 'gone-inputs']);
  });

  it.each([
    ['that are owned', { ...gone, owned: true }],
    ['whose time has not come', { ...gone, expiresAgo: -minute }],
    ['made a moment ago, whatever a wrong clock wrote', { ...gone, ago: minute }],
    ['that Slipway did not make', { ...gone, foreign: true }],
    ['of no run', { ago: day, expiresAgo: 1 }],
  ])('keeps inputs %s', (_, given) => {
    expect(names({ configMaps: [metadata('x-inputs', given)] })).toEqual([]);
  });

  it('does not believe in a far future', () => {
    expect(names({ claims: [metadata('x-data', { run: 'x', ago: 2 * day, expiresAgo: -365 * day })] })).toEqual([
      'x-data',
    ]);
  });

  it('keeps everything of a run that is there, owned yet or not', () => {
    expect(names({ runs: [run('gone', undefined)], configMaps: [metadata('gone-inputs', gone)] })).toEqual([]);
  });

  it('keeps everything of a run that somebody is uploading for', () => {
    const given = {
      configMaps: [metadata('gone-inputs', { ...gone, expiresAgo: -5 * minute })],
      claims: [metadata('gone-data', gone)],
      pods: [pod('gone-upload', { ...gone, helper: 'upload' })],
    };
    expect(names(given)).toEqual([]);
  });

  it('removes helper pods that have ended, also of runs that are there', () => {
    const pods = [
      pod('there-upload', { run: 'there', helper: 'upload' }, true),
      pod('leaving', { run: 'there', helper: 'reader', deleting: true }, true),
      pod('there-reader', { run: 'there', helper: 'reader' }),
      pod('volume-reader', { helper: 'reader', expiresAgo: -minute }),
      pod('volume-reader-late', { helper: 'reader', expiresAgo: minute }),
      pod('foreign', { run: 'there', helper: 'reader', foreign: true }, true),
    ];
    expect(names({ runs: [run('there', undefined)], pods })).toEqual(['there-upload', 'volume-reader-late']);
  });
});

describe('shared step scripts', () => {
  const shared = (name: string, ago: number, given: Given = {}) => metadata(name, { ago, ...given });
  const old = 'slipway-steps-0a';

  it.each([
    ['old and unused', facts({ configMaps: [shared(old, 8 * day)] }), [old]],
    ['young', facts({ configMaps: [shared(old, day)] }), []],
    ['of this version', facts({ configMaps: [shared(old, 8 * day)], currentShared: new Set([old]) }), []],
    ['of a run', facts({ configMaps: [shared(old, 8 * day)], runs: [run('r', 0, { configMaps: [old] })] }), []],
    [
      'of a pod',
      facts({ configMaps: [shared(old, 8 * day)], pods: [{ ...pod('p', { run: 'r' }), configMaps: [old] }] }),
      [],
    ],
    ['somebody else’s', facts({ configMaps: [shared('settings', 80 * day)] }), []],
  ] as const)('%s', (_, given, expected) => {
    expect(planPrune(given, {}).map(({ name }) => name)).toEqual(expected);
  });
});

describe('whatever there is', () => {
  const givens = fc.record(
    {
      run: fc.constantFrom('a', 'b', 'c'),
      ago: fc.nat(30 * day),
      expiresAgo: fc.integer({ min: -30 * day, max: 30 * day }),
      owned: fc.boolean(),
      helper: fc.constantFrom('upload', 'reader'),
      foreign: fc.boolean(),
      deleting: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const named = fc.array(fc.tuple(fc.constantFrom('slipway-steps-1', 'a-inputs', 'b-data', 'c-upload'), givens), {
    maxLength: 5,
  });

  it('names nothing that Slipway did not make, and no run that has not ended', () => {
    const request = fc.record({ olderThanMs: fc.nat(day), keep: fc.nat(3) }, { requiredKeys: [] });
    const runs = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), givens, fc.option(fc.nat(day), { nil: undefined })),
      {
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(runs, named, named, named, request, (runsGiven, maps, claims, pods, asked) => {
        const given = facts({
          runs: runsGiven.map(([name, meta, endedAgo]) => ({
            ...run(name, endedAgo),
            metadata: metadata(name, { ...meta }),
          })),
          configMaps: maps.map(([name, meta]) => metadata(name, meta)),
          claims: claims.map(([name, meta]) => metadata(name, meta)),
          pods: pods.map(([name, meta], index) => pod(name, meta, index % 2 === 0)),
        });
        const all = [
          ...given.runs.map((each) => ({ ...each.metadata, open: each.endedAt === undefined, kind: 'PipelineRun' })),
          ...given.configMaps.map((each) => ({ ...each, open: false, kind: 'ConfigMap' })),
          ...given.claims.map((each) => ({ ...each, open: false, kind: 'PersistentVolumeClaim' })),
          ...given.pods.map((each) => ({ ...each.metadata, open: false, kind: 'Pod' })),
        ];
        for (const { kind, name } of planPrune(given, asked)) {
          const allowed = all.filter((each) => each.kind === kind && each.name === name && !each.open);
          expect(allowed.some(({ labels }) => labels['app.kubernetes.io/managed-by'] === 'slipway')).toBe(true);
        }
      }),
    );
  });
});
