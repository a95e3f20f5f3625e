import type { JobSpec, PipelineStepName, TeamProfile } from '../../../protocol/index.ts';
import { exampleProfile } from './manifestInputs.ts';
import type { ExampleOptions } from './manifestInputs.ts';

const notebook = { notebook: 'analysis.ipynb' } as const;
const gpu: JobSpec = { ...notebook, instanceType: 'gpu-1x-16c-32g-1gpu' };
const team = (more: Partial<TeamProfile>): TeamProfile => ({ ...exampleProfile, ...more });
const claim = { kind: 'claim', claimName: 'team-data', subPath: 'teams/single cell' } as const;
const dataset = { name: 'pbmc.h5ad', url: 'https://data.example.org/pbmc.h5ad', sha256: 'c'.repeat(64) };
const s3Dataset = { url: 's3://datasets/pbmc/', secret: 'minio-ada' };
const hubDataset = { url: 'hf://datasets/lab/pbmc3k@v1.0', secret: 'hugging-face' };
const repository = { url: 'https://gitlab.example.org/team/project.git', revision: 'main' };
const suite = { url: 'https://gitlab.example.org/team/suite.git', revision: 'v1.2' };

/** Text that Tekton, Kubernetes, YAML or a shell would take for something else. */
export const ugly = `$(params.x) $(HOME) $$(x) $(workspaces.data.path) \${A} \`id\` '"\\ : {{x}} # - [a] &b *c !d %e @f 中文 ☃`;
const uglyNotebook = `work dir/$(params.x) "分析" 'q' $(context.pipelineRun.name).ipynb`;

function retry(from: PipelineStepName, steps: PipelineStepName[], more: ExampleOptions = {}): ExampleOptions {
  return {
    ...more,
    name: `analysis-retry-${from}`,
    spec: gpu,
    runFile: { ...more.runFile, reuse: { run: 'analysis-7f3a', steps } },
    reuseVolume: { claimName: 'analysis-7f3a-data', subPath: undefined },
  };
}

/** Runs of every kind, each with a golden file of its name. */
export const exampleRuns: Readonly<Record<string, ExampleOptions>> = {
  'cpu-default': {},
  'cpu-by-shape': { spec: { ...notebook, instanceType: 'cpu-4c-8g' } },
  'gpu-one': { spec: gpu },
  'gpu-named-size': {
    spec: { ...notebook, instanceType: 'a100' },
    profile: team({
      nodeSelector: { accelerator: 'nvidia-tesla-gpu' },
      instanceTypes: {
        a100: {
          cpu: '8',
          memory: '64Gi',
          gpus: 2,
          nodeSelector: { 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' },
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
        },
      },
    }),
  },
  'gpu-default-of-profile': {
    profile: team({ defaultInstanceType: 'small', instanceTypes: { small: { cpu: '500m', memory: '3Gi', gpus: 1 } } }),
  },
  'gpu-hami-slice': {
    spec: { ...notebook, instanceType: 'slice' },
    profile: team({
      schedulerName: 'hami-scheduler',
      nodeSelector: { gpu: 'on' },
      instanceTypes: {
        slice: {
          cpu: '4',
          memory: '16Gi',
          gpus: 1,
          resources: { 'nvidia.com/gpumem': '8000', 'nvidia.com/gpucores': '30' },
        },
      },
    }),
  },
  'gpu-mig': {
    spec: { ...notebook, instanceType: 'mig' },
    profile: team({
      instanceTypes: { mig: { cpu: '4', memory: '16Gi', resources: { 'nvidia.com/mig-1g.10gb': '1' } } },
    }),
  },
  'gpu-other-vendor': { spec: gpu, profile: team({ gpuResource: 'amd.com/gpu' }) },
  'gpu-shared-memory': { spec: gpu, profile: team({ sharedMemory: '24Gi' }) },
  'gpu-command': { spec: { command: ['python', 'train.py'], instanceType: 'gpu-1x-16c-32g-1gpu' } },
  'user-1001-fsgroup': { profile: team({ securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 } }) },
  'user-arbitrary-gid-0': {
    profile: team({ securityContext: { runAsUser: 1000650000, runAsGroup: 0, supplementalGroups: [5000] } }),
  },
  'user-of-image': { profile: { image: exampleProfile.image } },
  'user-unrestricted': { profile: { image: exampleProfile.image, restricted: false } },
  'user-root': { profile: { image: exampleProfile.image, restricted: false, securityContext: { runAsUser: 0 } } },
  'root-prepare': { profile: team({ rootPrepare: true, restricted: false }) },
  'root-prepare-stage': {
    stage: ['dataset'],
    runFile: { dataset },
    profile: team({ rootPrepare: true, restricted: false, stepLimits: true }),
  },
  'volume-claim-subpath': { profile: team({ volume: claim }) },
  'volume-claim': { profile: team({ volume: { kind: 'claim', claimName: 'team-data' } }) },
  'volume-per-run': {
    profile: team({
      volume: { kind: 'perRun', size: '50Gi', storageClassName: 'local', accessMode: 'ReadWriteMany' },
    }),
  },
  'volume-cache-and-datasets': {
    profile: team({
      volume: claim,
      cache: { claimName: 'team-cache', subPath: 'slipway' },
      datasets: { atlas: { claimName: 'atlas-v1' }, pbmc: { claimName: 'public-data', subPath: 'pbmc/2024' } },
    }),
  },
  'volume-one-claim-for-all': {
    profile: team({
      volume: claim,
      cache: { claimName: 'team-data', subPath: 'cache' },
      datasets: { atlas: { claimName: 'team-data', subPath: 'atlas' } },
    }),
  },
  'stage-clone-and-dataset': {
    spec: { ...gpu, repository },
    stage: ['dataset', 'clone'],
    runFile: { dataset, repository },
    profile: team({ cache: { claimName: 'team-cache' } }),
  },
  'stage-dataset': { stage: ['dataset'], runFile: { dataset } },
  'stage-dataset-on-volume': {
    stage: ['dataset'],
    runFile: { dataset: { name: 'a.h5ad', path: 'atlas/a.h5ad' } },
    profile: team({ datasets: { atlas: { claimName: 'atlas-v1' } } }),
  },
  'stage-dataset-s3': {
    spec: { ...gpu, dataset: s3Dataset, repository: { ...repository, secret: 'git-token' } },
    stage: ['dataset', 'clone'],
    runFile: { dataset: { ...s3Dataset, name: 'pbmc' }, repository },
    profile: team({ s3: { endpoint: 'https://minio.example.org', region: 'eu-1', addressing: 'path' } }),
  },
  'stage-dataset-hub': {
    spec: { ...notebook, dataset: hubDataset },
    stage: ['dataset'],
    runFile: { dataset: { ...hubDataset, name: 'pbmc3k' } },
    profile: team({ mirrors: { huggingFaceUrl: 'https://hub.example.org' }, cache: { claimName: 'team-cache' } }),
  },
  'stage-private-repository': {
    spec: { ...notebook, repository: { ...repository, secret: 'git-token' } },
    stage: ['clone'],
    runFile: { repository },
  },
  'stage-poetry-suite': {
    spec: {
      ...notebook,
      repository: { ...repository, secret: 'git-token' },
      tests: { repository: suite.url, revision: 'v1.2', marker: 'single_cell and not slow' },
    },
    stage: ['clone'],
    runFile: { repository, suite, tests: { path: '.', marker: 'single_cell and not slow', always: true, asked: true } },
    profile: { image: exampleProfile.image, securityContext: { runAsUser: 1234 } },
  },
  command: { spec: { command: 'python train.py --epochs 3 && echo "done"' } },
  'no-tests': { spec: { ...notebook, tests: false } },
  'secret-references': {
    spec: {
      ...notebook,
      secrets: [
        { env: 'WANDB_API_KEY', secret: 'wandb', key: 'api-key' },
        { env: 'HF_TOKEN', secret: 'hugging.face', key: 'token_1.txt' },
      ],
    },
  },
  'private-registry': {
    spec: { ...notebook, image: `registry.example.org:5000/team-a/rapids_singlecell@sha256:${'0af1'.repeat(16)}` },
    profile: team({ imagePullSecrets: ['registry-key', 'other.key'], imagePullPolicy: 'Always' }),
  },
  mirrors: {
    profile: team({
      mirrors: {
        pipIndexUrl: 'https://pypi.example.org/simple?a=b&c=$d',
        pipTrustedHosts: ['pypi.example.org', 'other.example.org:8443'],
        condaChannels: ['https://conda.example.org/main', 'bioconda'],
      },
    }),
  },
  'selector-and-tolerations': {
    profile: team({
      nodeSelector: { 'topology.kubernetes.io/zone': 'eu-1a', pool: '' },
      tolerations: [
        { key: 'nvidia.com/gpu', operator: 'Equal', value: 'true', effect: 'NoSchedule' },
        { operator: 'Exists', effect: 'PreferNoSchedule' },
        { key: 'spot', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    }),
  },
  'service-account': {
    spec: { ...notebook, serviceAccountName: 'pipeline.runner' },
    profile: team({ serviceAccountName: 'default' }),
  },
  scheduling: {
    profile: team({ schedulerName: 'volcano', priorityClassName: 'batch-low', runtimeClassName: 'nvidia' }),
  },
  'step-limits': { spec: gpu, profile: team({ stepLimits: true }) },
  'timeouts-all': {
    runFile: { timeouts: { cell: 60, prepare: 600.5, notebook: 5400, report: 300, test: 1200 } },
  },
  'timeouts-some': { stage: ['dataset'], runFile: { dataset, timeouts: { notebook: 45 } } },
  'ugly-names-and-values': {
    spec: {
      notebook: uglyNotebook,
      parameters: { [ugly]: ugly, list: [ugly, { [ugly]: null }] },
      env: { A: ugly, HOME: '$(HOME)' },
      outputs: [ugly],
      tests: { path: ugly, marker: ugly },
    },
    files: [{ path: uglyNotebook, bytes: 3000 }],
    runFile: {
      source: { path: `/home/dana/${uglyNotebook}`, unsaved: true, folder: ugly },
      outputs: [ugly],
      tests: { path: ugly, marker: ugly, always: false, asked: true },
    },
    user: `$(params.user) \u202e\u0007\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\ud800 ${ugly}`,
  },
  'ugly-command': { spec: { command: ['sh', '-c', ugly, '$(results.summary.path)', '-n\n---\nkind: Pod'] } },
  'long-name': { name: `${'a'.repeat(50)}-7f3a`, spec: { notebook: `${'very long name '.repeat(12)}.ipynb` } },
  'large-job-spec': { spec: { ...notebook, parameters: { table: 'x'.repeat(70_000) } } },
  'large-inputs': {
    files: [
      { path: 'analysis.ipynb', bytes: 3000 },
      { path: 'data/counts.h5ad', bytes: 300_000_000 },
      { path: 'helpers.py', bytes: 1200 },
    ],
  },
  'retry-from-prepare': retry('prepare', []),
  'retry-from-notebook': retry('notebook', ['prepare']),
  'retry-from-report': retry('report', ['prepare', 'notebook']),
  'retry-from-test': retry('test', ['prepare', 'notebook', 'report']),
  'retry-from-collect': retry('collect', ['prepare', 'notebook', 'report', 'test']),
  'retry-from-clone': retry('clone', ['dataset'], {
    stage: ['dataset', 'clone'],
    runFile: { dataset, repository },
  }),
  'retry-after-stage': retry('prepare', ['dataset', 'clone'], {
    stage: ['dataset', 'clone'],
    runFile: { dataset, repository },
  }),
};
