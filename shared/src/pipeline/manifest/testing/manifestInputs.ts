import type { JobSpec, PipelineStepName, Run, TeamProfile } from '../../../protocol/index.ts';
import type { RunFile } from '../../runFile.ts';
import { planInputs } from '../inputs.ts';
import type { InputFile, ManifestInput, RunVolume, SharedScripts } from '../manifestInput.ts';

/** Scripts with few files, so that golden files stay short. */
export const exampleScripts: SharedScripts = {
  stepsName: 'slipway-steps-0123456789ab',
  steps: new Map([
    ['lib.sh', 'lib.sh'],
    ['notebook.sh', 'notebook.sh'],
    ['slipway_steps.run.py', 'slipway_steps/run.py'],
  ]),
  assetsName: 'slipway-assets-ba9876543210',
  assets: new Map([['mathjax.js.gz', 'mathjax.js.gz']]),
};

export const exampleProfile: TeamProfile = {
  image: 'testbed.local/runner:1',
  securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 },
};

export const createdAt = Date.UTC(2026, 10, 25, 12);

/** What differs from a run of `analysis.ipynb` on a CPU. */
export interface ExampleOptions {
  readonly name?: string;
  readonly spec?: JobSpec;
  readonly profile?: TeamProfile;
  readonly runFile?: Partial<RunFile>;
  /** Steps before `prepare`. */
  readonly stage?: readonly PipelineStepName[];
  readonly files?: readonly InputFile[];
  readonly reuseVolume?: RunVolume;
  readonly user?: string;
}

export function exampleRunFile(options: ExampleOptions): RunFile {
  const { name = 'analysis-7f3a', spec = { notebook: 'analysis.ipynb' }, stage = [] } = options;
  const command = typeof spec.command === 'string' ? ['bash', '-c', spec.command] : spec.command;
  const path = spec.notebook ?? 'analysis.ipynb';
  const fileName = path.split('/').pop() ?? path;
  return {
    version: 1,
    run: name,
    spec,
    steps: [
      ...stage,
      'prepare',
      ...(command === undefined ? (['notebook', 'report'] as const) : (['command'] as const)),
      'test',
      'collect',
    ],
    ...(command === undefined
      ? {
          notebook: {
            path,
            name: fileName.replace(/\.ipynb$/, ''),
            kernel: 'python3',
            language: 'python',
            cells: [{ id: 'a', label: 'x = 1' }],
          },
        }
      : { command: { argv: command } }),
    parameters: spec.parameters ?? {},
    env: spec.env ?? {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '1'.repeat(64), requirements: '', tests: '' },
    ...options.runFile,
  };
}

export function exampleInput(options: ExampleOptions = {}): ManifestInput {
  const runFile = exampleRunFile(options);
  const title = runFile.notebook?.path ?? runFile.command?.argv.join(' ') ?? '';
  const run: Run = {
    name: runFile.run,
    context: 'team-a',
    title,
    state: 'submitting',
    createdAt,
    cancelRequested: false,
    steps: [],
  };
  return {
    runFile,
    run,
    namespace: 'team-a',
    profile: options.profile ?? exampleProfile,
    inputs: planInputs(options.files ?? [{ path: 'analysis.ipynb', bytes: 3000 }], 2000),
    scripts: exampleScripts,
    user: options.user ?? 'dana@example.org',
    trigger: 'cli',
    expiresAt: createdAt + 24 * 3600 * 1000,
    reuseVolume: options.reuseVolume,
  };
}
