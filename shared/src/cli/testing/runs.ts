import { setImmediate } from 'node:timers/promises';
import type { Artifact, Run, RunEvent, RunPlan } from '../../protocol/index.ts';
import { startTime } from './fakeIo.ts';

/** The run of all transcripts, as it is submitted. */
export const submittedRun: Run = {
  name: 'analysis-7f3a',
  context: 'local',
  title: 'analysis.ipynb',
  state: 'submitting',
  createdAt: startTime,
  cancelRequested: false,
  steps: (['prepare', 'notebook', 'report', 'test', 'collect'] as const).map((name) => ({ name, state: 'pending' })),
};

export const examplePlan: RunPlan = {
  context: 'local',
  spec: { notebook: 'analysis.ipynb' },
  title: 'analysis.ipynb',
  steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
  unsaved: false,
  python: {
    interpreter: '/home/ada/cells/.venv/bin/python',
    version: '3.11.7',
    origin: 'kernel',
    kernel: 'python3',
    language: 'python',
    environment: 'asIs',
    explanation: 'kernel python3 of ./.venv',
  },
  parameters: [
    { name: 'n_pcs', type: 'int', defaultSource: '20', defaultValue: 20, value: 30 },
    { name: 'sample', type: 'str', defaultSource: '"a1"', defaultValue: 'a1' },
  ],
  companions: {
    files: [
      { path: 'helpers.py', bytes: 3900 },
      { path: 'config/qc.yaml', bytes: 200 },
    ],
    totalBytes: 4100,
    ignored: [{ path: 'data/', reason: '.slipwayignore' }],
    warnings: [],
  },
  tests: { path: 'tests', marker: 'single_cell', asked: true, always: false },
  codeCells: 3,
  warnings: [],
};

export const exampleArtifacts: Artifact[] = [
  artifact('output/analysis_output.html', 2_900_000, 'report'),
  artifact('output/analysis_output.ipynb', 300_000, 'executedNotebook'),
];

export function artifact(path: string, bytes: number, role: Artifact['role']): Artifact {
  return { path, bytes, role, sha256: '0'.repeat(64), mediaType: 'text/html' };
}

const cells = [
  { id: 'a', label: 'import scanpy as sc' },
  { id: 'b', label: 'adata = sc.read("cells.h5ad")  # 细胞' },
  { id: 'c', label: 'neighbors = sc.neighbors(adata, n_neighbors=15, use_rep="X_pca", metric="euclidean")' },
];

const at = (seconds: number): number => startTime + seconds * 1000;

export const startOfNotebook: RunEvent[] = [
  { time: at(0.1), type: 'staging' },
  { time: at(0.2), type: 'stepStarted', step: 'prepare' },
  {
    time: at(1),
    type: 'stepFinished',
    step: 'prepare',
    state: 'succeeded',
    exitCode: 0,
    note: 'environment reused (requirements unchanged)',
  },
  { time: at(1), type: 'stepStarted', step: 'notebook' },
  { time: at(3), type: 'cellsCounted', cells },
  { time: at(4), type: 'cellStarted', id: 'a' },
  { time: at(6), type: 'cellFinished', id: 'a', failed: false },
  { time: at(6), type: 'cellStarted', id: 'b' },
  { time: at(8), type: 'cellFinished', id: 'b', failed: false },
  { time: at(8), type: 'cellStarted', id: 'c' },
];

export const success: RunEvent[] = [
  ...startOfNotebook,
  { time: at(32), type: 'cellFinished', id: 'c', failed: false },
  { time: at(32), type: 'stepFinished', step: 'notebook', state: 'succeeded', exitCode: 0, note: '3 cells' },
  { time: at(32), type: 'stepStarted', step: 'report' },
  {
    time: at(34.4),
    type: 'stepFinished',
    step: 'report',
    state: 'succeeded',
    exitCode: 0,
    note: 'analysis_output.html',
  },
  { time: at(34.4), type: 'stepStarted', step: 'test' },
  {
    time: at(37.4),
    type: 'stepFinished',
    step: 'test',
    state: 'succeeded',
    exitCode: 0,
    note: '18 passed, 1 skipped · coverage 87 %',
  },
  { time: at(37.4), type: 'stepStarted', step: 'collect' },
  {
    time: at(37.5),
    type: 'stepFinished',
    step: 'collect',
    state: 'succeeded',
    exitCode: 0,
    note: '2 artifacts, 3.2 MB',
  },
  { time: at(37.5), type: 'finished', state: 'succeeded' },
];

const failedCell = {
  id: 'c',
  index: 4,
  number: 3,
  source: 'import scanpy as sc\nsc.tl.pca(adata)\nembedding = adata.obsm["pca"]\nprint(embedding)\nplot(embedding)\n\n',
  errorName: 'KeyError',
  errorValue: "'pca'",
  traceback: ['Traceback (most recent call last)', "KeyError: 'pca'"],
  line: 3,
};

export const failure: RunEvent[] = [
  ...startOfNotebook,
  { time: at(14), type: 'cellFinished', id: 'c', failed: true },
  { time: at(14), type: 'stepFinished', step: 'notebook', state: 'failed', exitCode: 1, reason: 'a cell raised' },
  { time: at(14), type: 'stepStarted', step: 'report' },
  {
    time: at(16.1),
    type: 'stepFinished',
    step: 'report',
    state: 'succeeded',
    exitCode: 0,
    note: 'analysis_output.html (shows the failing cell)',
  },
  { time: at(16.1), type: 'stepFinished', step: 'test', state: 'skipped', reason: 'the notebook failed' },
  { time: at(16.1), type: 'stepStarted', step: 'collect' },
  {
    time: at(16.2),
    type: 'stepFinished',
    step: 'collect',
    state: 'succeeded',
    exitCode: 0,
    note: '2 artifacts, 3.2 MB',
  },
  {
    time: at(16.2),
    type: 'finished',
    state: 'failed',
    failedCell,
    diagnosis: {
      id: 'python.keyError',
      cause: "KeyError 'pca' in cell 3",
      evidence: ["KeyError: 'pca'"],
      fixes: ["Look at what should have stored 'pca' before."],
    },
  },
];

export const queued: RunEvent[] = [
  { time: at(0.1), type: 'queued', position: 2 },
  { time: at(9), type: 'queued', position: 1 },
  { time: at(20), type: 'queued', position: 0 },
];

export const cancelled: RunEvent[] = [
  ...startOfNotebook,
  { time: at(9), type: 'cancelRequested' },
  { time: at(10), type: 'stepFinished', step: 'notebook', state: 'cancelled', exitCode: 143 },
  { time: at(10), type: 'stepFinished', step: 'report', state: 'cancelled' },
  { time: at(10), type: 'stepFinished', step: 'test', state: 'cancelled' },
  { time: at(10), type: 'stepStarted', step: 'collect' },
  {
    time: at(10.1),
    type: 'stepFinished',
    step: 'collect',
    state: 'succeeded',
    exitCode: 0,
    note: '1 artifact, 300 kB',
  },
  { time: at(10.1), type: 'finished', state: 'cancelled' },
];

/** Lets everything that is ready to run do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}
