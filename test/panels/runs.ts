import type {
  Artifact,
  CoverageReport,
  FailedCell,
  JobSpec,
  Run,
  RunPlan,
  Step,
  Submission,
  TestReport,
} from '@slipway/shared/protocol';

/** Markup, escapes and changes of direction, as they come in names and outputs. */
const attack = '<img src=x onerror="globalThis.attacked=1"><script>globalThis.attacked=1</script>\u202E\u0007';

export const hostileArtifacts: Artifact[] = [
  { path: `work/${attack}.html`, bytes: 1, mediaType: attack, role: 'file' },
];

export const hostileTests: TestReport = {
  passed: 0,
  failed: 1,
  errors: 0,
  skipped: 0,
  durationMs: 1,
  cases: [{ suite: attack, name: attack, outcome: 'failed', durationMs: 1, message: attack, detail: attack }],
};

export const hostileSpec: JobSpec = {
  notebook: `${attack}.ipynb`,
  parameters: { [attack]: attack },
  env: { A: attack },
};

/** Runs in every state, as the core tells of them. Times are those of `now`. */
export function exampleRuns(now: number) {
  const at = (secondsAgo: number): number => now - secondsAgo * 1000;
  const done = (name: string, from: number, to: number, note?: string): Step => ({
    name,
    state: 'succeeded',
    startedAt: at(from),
    finishedAt: at(to),
    ...(note === undefined ? {} : { note }),
  });
  const base = {
    context: 'team-a',
    title: 'pbmc_clustering.ipynb',
    cancelRequested: false,
    user: 'alice',
    source: { path: 'pbmc_clustering.ipynb', unsaved: false },
    trigger: { source: 'vscode' },
  } as const;
  const pending = (...names: string[]): Step[] => names.map((name) => ({ name, state: 'pending' }));
  const running: Run = {
    ...base,
    name: 'pbmc-clustering-7f3a',
    state: 'running',
    createdAt: at(245),
    startedAt: at(238),
    steps: [
      done('dataset', 238, 200, '1.4 GB data'),
      done('prepare', 198, 192, 'environment reused'),
      { name: 'notebook', state: 'running', startedAt: at(192) },
      ...pending('report', 'test', 'collect'),
    ],
    cells: {
      total: 23,
      finished: 6,
      current: { id: 'c7', number: 7, startedAt: at(20), label: 'rsc.pp.pca(adata, n_comps=n_pcs)' },
    },
  };
  const failed: Run = {
    ...base,
    name: 'pbmc-clustering-8b12',
    state: 'failed',
    createdAt: at(530),
    startedAt: at(524),
    finishedAt: at(360),
    reason: 'step notebook failed',
    steps: [
      done('dataset', 524, 483, '3.6 GB data'),
      done('prepare', 480, 474, 'environment reused'),
      {
        name: 'notebook',
        state: 'failed',
        startedAt: at(474),
        finishedAt: at(362),
        exitCode: 1,
        reason: 'cell 7 raised MemoryError',
      },
      done('report', 362, 361, 'shows cell 7'),
      { name: 'test', state: 'skipped', reason: 'the notebook failed' },
      done('collect', 361, 360, '4 artifacts'),
    ],
    cells: { total: 23, finished: 6 },
    failedCell: {
      id: 'c7',
      index: 12,
      number: 7,
      source: [
        '# normalise and reduce',
        'rsc.pp.highly_variable_genes(adata, n_top_genes=n_top_genes)',
        'adata = adata[:, adata.var["highly_variable"]]',
        'rsc.pp.scale(adata, max_value=10)',
        'rsc.pp.pca(adata, n_comps=n_pcs)',
        'rsc.pp.neighbors(adata)',
      ].join('\n'),
      errorName: 'MemoryError',
      errorValue: 'std::bad_alloc: out_of_memory: tried to allocate 5.1 GB, 2.1 GB free',
      traceback: [],
      line: 4,
    },
    diagnosis: {
      id: 'gpuOutOfMemory',
      cause: 'The GPU ran out of memory in cell 7',
      evidence: [
        'MemoryError: std::bad_alloc: out_of_memory: CUDA error at: rmm/mr/device/cuda_memory_resource.hpp: cudaErrorMemoryAllocation out of memory',
      ],
      fixes: [
        'Choose an instance type with more GPU memory: slipway rerun pbmc-clustering-8b12 --instance-type gpu-1x-24g-16c-64g',
        'Work on fewer genes: set the parameter n_top_genes lower',
      ],
    },
  };
  const queued: Run = {
    ...base,
    name: 'train-vae-c40e',
    title: 'train_vae.ipynb',
    state: 'queued',
    createdAt: at(72),
    queuePosition: 2,
    reason:
      "Waiting for a GPU: two nodes fit this run and are full\nIt starts by itself when a GPU job ends on gpu-1 or gpu-2; the oldest there has run 3h 02m\n0/7 nodes are available: 2 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s), 4 node(s) didn't match Pod's node affinity/selector",
    steps: pending('prepare', 'notebook', 'report', 'test', 'collect'),
    cells: { total: 16, finished: 0 },
  };
  const passed: Run = {
    ...base,
    name: 'pbmc-clustering-51c0',
    state: 'succeeded',
    createdAt: at(90_500),
    startedAt: at(90_490),
    finishedAt: at(90_024),
    steps: [
      done('dataset', 90_490, 90_451, '1.4 GB data'),
      done('prepare', 90_450, 90_444, 'environment reused'),
      done('notebook', 90_444, 90_046),
      done('report', 90_046, 90_041, 'HTML, 2.1 MB'),
      done('test', 90_040, 90_026, '18 passed, 1 skipped · coverage 87 %'),
      done('collect', 90_025, 90_024, '9 artifacts'),
    ],
    cells: { total: 23, finished: 23 },
  };
  const lines = Array.from({ length: 60 }, (_, at) => `step_${at + 1} = adata.obs["n_genes"] > ${at + 1}`);
  const longCell: Run = { ...failed, ...withCell(failed, { source: lines.join('\n'), line: 58 }) };
  const known = '\n'.repeat(55) + lines.slice(55).join('\n');
  const partial: Run = { ...longCell, ...withCell(longCell, { source: known, partial: true }) };
  const unknown: Run = {
    ...failed,
    name: 'qc-report-03aa',
    title: 'qc_report.ipynb',
    diagnosis: {
      id: 'unknown',
      cause: 'Step notebook ended with exit code 1',
      evidence: ['ValueError: n_comps=50 must be between 1 and min(n_samples, n_features)=32'],
      fixes: ['Read what the step wrote: slipway logs qc-report-03aa --step notebook'],
    },
  };
  const longName =
    'a_very_long_notebook_name_that_somebody_gave_it_because_file_systems_allow_it_and_then_some_more_v2_final_FINAL.ipynb';
  const long: Run = {
    ...failed,
    name: `${'long-name-'.repeat(5)}8b12`,
    title: longName,
    context: 'team-with-a-rather-long-context-name',
    user: 'bartholomew.featherstonehaugh@institute.example',
  };
  const cancelled: Run = {
    ...running,
    name: 'pbmc-clustering-99aa',
    state: 'cancelled',
    finishedAt: at(30),
    cancelRequested: true,
    reason: 'cancelled by alice',
    steps: running.steps.map((step) =>
      step.state === 'running' ? { ...step, state: 'cancelled', finishedAt: at(30) } : step,
    ),
  };
  const hostile: Run = {
    ...failed,
    title: `${attack}\u202Egpj.exe`,
    user: attack,
    reason: attack,
    steps: failed.steps.map((step) => ({ ...step, note: attack })),
    failedCell: {
      id: 'c',
      index: 0,
      number: 1,
      source: attack,
      errorName: attack,
      errorValue: attack,
      traceback: [attack],
      line: 1,
    },
    diagnosis: {
      id: 'x',
      cause: attack,
      evidence: [attack, '\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007'],
      fixes: [attack],
    },
  };
  const many: Run = { ...passed, name: 'pbmc-clustering-many' };
  const names: Run = {
    ...failed,
    name: `${'a'.repeat(250)}-8b12`,
    title: `${'تحليل_الخلايا_'.repeat(20)}نهائي.ipynb`,
    user: 'مستخدم',
  };
  return { running, failed, partial, longCell, queued, passed, unknown, long, cancelled, hostile, many, names };
}

export const exampleArtifacts: Artifact[] = [
  { path: 'output/pbmc_clustering_output.html', bytes: 2_100_000, mediaType: 'text/html', role: 'report' },
  {
    path: 'output/pbmc_clustering_output.ipynb',
    bytes: 3_400_000,
    mediaType: 'application/x-ipynb+json',
    role: 'executedNotebook',
  },
  { path: 'work/figures/umap_leiden.pdf', bytes: 812_000, mediaType: 'application/pdf', role: 'file' },
  { path: 'work/figures/umap_leiden.png', bytes: 241_000, mediaType: 'image/png', role: 'file' },
  { path: 'work/clusters.h5ad', bytes: 35_100_000, mediaType: 'application/x-hdf5', role: 'file' },
  { path: 'test/pytest_results.xml', bytes: 6_200, mediaType: 'application/xml', role: 'junit' },
  { path: 'test/pytest_report.html', bytes: 74_000, mediaType: 'text/html', role: 'testReport' },
  { path: 'test/coverage.xml', bytes: 18_000, mediaType: 'application/xml', role: 'coverage' },
  { path: 'environment.json', bytes: 2_900, mediaType: 'application/json', role: 'environment' },
  { path: 'logs/notebook.log', bytes: 96_000, mediaType: 'text/plain', role: 'log' },
];

/** Ten thousand files, some with names as long as file systems allow and from right to left. */
export const manyArtifacts: Artifact[] = Array.from({ length: 10_000 }, (_, index) => ({
  path: `work/figures/${index % 3 === 0 ? 'n'.repeat(290) : index % 3 === 1 ? 'صورة_الخلايا' : 'umap'}_${index}.png`,
  bytes: 241_000 + index,
  mediaType: 'image/png',
  role: 'file',
}));

export const exampleTests: TestReport = {
  passed: 18,
  failed: 0,
  errors: 0,
  skipped: 1,
  durationMs: 13_400,
  cases: [
    {
      suite: 'tests.test_gpu',
      name: 'test_umap_matches_cpu',
      outcome: 'skipped',
      durationMs: 0,
      message: 'needs 2 GPUs',
    },
    ...Array.from({ length: 18 }, (_, index) => ({
      suite: 'tests.test_clusters',
      name: `test_cluster_${index + 1}`,
      outcome: 'passed' as const,
      durationMs: 130 + index * 40,
    })),
  ],
};

export const exampleCoverage: CoverageReport = {
  lineRate: 0.87,
  linesCovered: 358,
  linesValid: 412,
  files: [
    { path: 'helpers.py', lineRate: 0.71, lines: [] },
    { path: 'plots.py', lineRate: 0.94, lines: [] },
  ],
};

export const exampleSpec: JobSpec = {
  notebook: 'pbmc_clustering.ipynb',
  parameters: {
    dataset: 'pbmc_68k.h5ad',
    n_top_genes: 2000,
    n_pcs: 50,
    resolution: 0.8,
    batch_key: null,
    use_gpu: true,
  },
  image: 'registry.example.com/team-a/rapids-singlecell:25.08',
  instanceType: 'gpu-1x-16c-32g-1gpu',
  kernel: 'python3',
  env: { SCANPY_CACHE: '/data/cache' },
};

/** A log as a GPU notebook prints it. */
export function exampleLog(lines: number): string {
  const escape = '\u001B';
  const made: string[] = [
    `environment ${escape}[32mreused${escape}[0m: requirements.txt unchanged (sha256 9f2c41d0)`,
    `python 3.12.8, kernel ${escape}[1;97mpython3${escape}[0m, papermill 2.7.0`,
    `${escape}[36mTesla T4${escape}[0m, 15.8 GB, driver 570.124, CUDA 12.8`,
    'Input Notebook:  pbmc_clustering.ipynb',
    'Output Notebook: pbmc_clustering_output.ipynb',
    `${escape}[90mExecuting Cell 1---------------------------------------${escape}[0m`,
    `Executing:   4%|${escape}[32m#         ${escape}[0m| 1/23 [00:11<04:12, 11.46s/cell]`,
    'n_top_genes = 2000  n_pcs = 50  resolution = 0.8',
    `${escape}[33mUserWarning: Variable names are not unique. To make them unique, call .var_names_make_unique.${escape}[0m`,
    '  utils.warn_names_duplicates("var")',
    `filter_cells: ${escape}[35m66,914${escape}[0m kept, ${escape}[35m1,665${escape}[0m removed`,
    'GPU memory 3.1 of 15.8 GB',
    `${escape}[34m[rmm]${escape}[0m managed memory on, pool 8.0 GiB`,
  ];
  const all: string[] = [];
  for (let index = 0; index < lines; index += 1) {
    const line = made[index % made.length] ?? '';
    all.push(index < made.length ? line : `${line} (${index + 1})`);
  }
  return `${all.join('\n')}\n`;
}

export const exampleSubmission: Submission = {
  context: 'team-a',
  folder: { kind: 'disk', path: '/home/alice/pbmc' },
  spec: { notebook: 'pbmc_clustering.ipynb', parameters: { n_pcs: 50 } },
  notebookText: '{}',
  unsaved: true,
};

/** A parameter of every type, one with a name from right to left and one with a name that is far too long. */
export const parametersOfAllTypes: RunPlan['parameters'] = [
  { name: 'count', type: 'int', defaultSource: '3', defaultValue: 3 },
  { name: 'rate', type: 'float', defaultSource: '1e-3', defaultValue: 0.001 },
  { name: 'use_gpu', type: 'bool', defaultSource: 'True', defaultValue: true },
  { name: 'label', type: 'str', defaultSource: '"a b"', defaultValue: 'a b', help: 'What the figures are called' },
  { name: 'genes', type: 'list', defaultSource: '["CD3E", "MS4A1"]', defaultValue: ['CD3E', 'MS4A1'] },
  { name: 'limits', type: 'dict', defaultSource: '{"low": 1}', defaultValue: { low: 1 } },
  { name: 'batch_key', type: 'none', defaultSource: 'None', defaultValue: null },
  { name: 'folder', type: 'unknown', defaultSource: 'Path.home() / "data"' },
  { name: 'اسم_العينة', type: 'str', defaultSource: '"دم"', defaultValue: 'دم' },
  { name: 'n'.repeat(300), type: 'str', defaultSource: `"${'v'.repeat(300)}"`, defaultValue: 'v'.repeat(300) },
];

/** What the core would answer to `jobs/plan`. */
export function examplePlan({ context, spec }: Submission): RunPlan {
  return {
    context,
    spec,
    title: 'pbmc_clustering.ipynb',
    steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
    unsaved: true,
    cluster: {
      server: 'https://10.20.0.5:6443',
      namespace: 'team-a-sc',
      user: 'alice',
      image: 'registry.example.com/team-a/rapids-singlecell:25.08',
      instanceType: 'gpu-1x-16c-32g-1gpu',
      cpu: '16',
      memory: '32Gi',
      gpus: 1,
      volume: 'a claim of the run\u2019s own, 20Gi',
      inputs: 'in a Secret, 188 kB',
      instanceTypes: [
        { name: 'gpu-1x-16c-32g-1gpu', cpu: '16', memory: '32Gi', gpus: 1, default: true },
        { name: 'gpu-1x-24g-16c-64g', cpu: '16', memory: '64Gi', gpus: 1, default: false },
        { name: 'cpu-8c-16g', cpu: '8', memory: '16Gi', gpus: 0, default: false },
      ],
      images: ['registry.example.com/team-a/rapids-singlecell:25.08', 'registry.example.com/team-a/scanpy:1.10'],
    },
    parameters: [
      { name: 'dataset', type: 'str', defaultSource: '"pbmc_68k.h5ad"', defaultValue: 'pbmc_68k.h5ad' },
      { name: 'n_top_genes', type: 'int', defaultSource: '2000', defaultValue: 2000 },
      { name: 'n_pcs', type: 'int', defaultSource: '30', defaultValue: 30, value: 50 },
      { name: 'resolution', type: 'float', defaultSource: '0.8', defaultValue: 0.8, help: 'Of the clustering' },
      { name: 'batch_key', type: 'none', defaultSource: 'None', defaultValue: null },
      { name: 'use_gpu', type: 'bool', defaultSource: 'True', defaultValue: true },
    ],
    companions: {
      files: [
        { path: 'pbmc_clustering.ipynb', bytes: 184_000 },
        { path: 'helpers.py', bytes: 3_100 },
        { path: 'config/qc.yaml', bytes: 1_000 },
      ],
      totalBytes: 188_100,
      ignored: [{ path: 'data/', reason: '.slipwayignore' }],
      warnings: [],
    },
    tests: { path: 'tests', asked: false, always: false },
    codeCells: 23,
    warnings: [],
  };
}

function withCell({ failedCell }: Run, changes: Partial<FailedCell>): Pick<Run, 'failedCell'> {
  return failedCell === undefined ? {} : { failedCell: { ...failedCell, ...changes } };
}
