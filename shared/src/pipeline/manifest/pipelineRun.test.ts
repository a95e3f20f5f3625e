import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { JobSpec, PipelineStepName } from '../../protocol/index.ts';
import { stepNames } from '../../protocol/index.ts';
import { checkPipelineRun } from './checkPipelineRun.ts';
import { renderHelperPod } from './helperPod.ts';
import { manifestText } from './manifestText.ts';
import { renderPipelineRun } from './pipelineRun.ts';
import { renderVolumeClaim, runVolume } from './runVolume.ts';
import { exampleRuns } from './testing/exampleRuns.ts';
import { exampleInput } from './testing/manifestInputs.ts';
import type { ExampleOptions } from './testing/manifestInputs.ts';

interface RenderedStep {
  readonly name: string;
  readonly command: readonly string[];
  readonly onError?: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly computeResources: { readonly limits?: Record<string, string>; readonly requests: Record<string, string> };
}
interface RenderedTask {
  readonly name: string;
  readonly timeout: string;
  readonly taskSpec: {
    readonly steps: readonly RenderedStep[];
    readonly stepTemplate: { readonly env: readonly { readonly name: string; readonly value: string }[] };
    readonly volumes: readonly {
      readonly name: string;
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}

function tasksOf(options: ExampleOptions): readonly RenderedTask[] {
  const { spec } = renderPipelineRun(exampleInput(options));
  return (spec as { pipelineSpec: { tasks: RenderedTask[] } }).pipelineSpec.tasks;
}
const stepsOf = (options: ExampleOptions): readonly RenderedStep[] =>
  tasksOf(options).flatMap(({ taskSpec }) => taskSpec.steps);
const valueOf = (step: RenderedStep, name: string): string | undefined =>
  step.env.find((variable) => variable.name === name)?.value;

describe('a rendered run', () => {
  const all = Object.entries(exampleRuns);

  it.each(all)('starts our scripts and nothing else: %s', (_, options) => {
    for (const step of stepsOf(options)) {
      expect(step.command).toEqual(['bash', `/slipway/steps/${step.name}.sh`]);
      expect([...stepNames, 'own']).toContain(step.name);
      expect(step.onError).toBe(step.name === 'collect' ? undefined : 'continue');
    }
    expect(stepsOf(options).at(-1)?.name).toBe('collect');
  });

  it.each(all)('asks for devices in one step, and hides them from the others: %s', (_, options) => {
    const devices = (step: RenderedStep): string[] =>
      Object.keys({ ...step.computeResources.limits, ...step.computeResources.requests }).filter((name) =>
        name.includes('/'),
      );
    const steps = stepsOf(options);
    const withGpu = steps.filter((step) => devices(step).length > 0);
    expect(withGpu.length).toBeLessThanOrEqual(1);
    for (const step of steps) {
      const sees = withGpu.includes(step);
      expect(valueOf(step, 'NVIDIA_VISIBLE_DEVICES')).toBe(sees ? undefined : 'void');
      expect(valueOf(step, 'NVIDIA_DRIVER_CAPABILITIES')).toBe(sees ? 'compute,utility' : undefined);
    }
  });

  it('limits memory to what it requests', () => {
    const work = stepsOf({ spec: { notebook: 'analysis.ipynb', instanceType: 'gpu-4c-8g-1gpu' } }).find(
      ({ name }) => name === 'notebook',
    );
    expect(work?.computeResources).toEqual({
      requests: { cpu: '4', memory: '8Gi' },
      limits: { memory: '8Gi', 'nvidia.com/gpu': '1' },
    });
  });

  it('limits every step where a quota demands it', () => {
    for (const step of stepsOf({ profile: { image: 'a', stepLimits: true } })) {
      expect(step.computeResources.limits).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
    }
  });

  it('reserves no GPU for a notebook that is reused', () => {
    const options = exampleRuns['retry-from-report'] ?? {};
    expect(stepsOf(options).map(({ name }) => name)).toEqual(['prepare', 'report', 'test', 'collect']);
    expect(JSON.stringify(renderPipelineRun(exampleInput(options)))).not.toContain('nvidia.com/gpu');
  });

  it('lies on the volume of the run that it retries', () => {
    const input = exampleInput(exampleRuns['retry-from-report']);
    expect(runVolume(input)).toEqual({ claimName: 'analysis-7f3a-data', subPath: undefined });
    expect(renderVolumeClaim(input)).toBeUndefined();
  });

  it('mounts each claim once', () => {
    for (const options of Object.values(exampleRuns)) {
      for (const { taskSpec } of tasksOf(options)) {
        const claims = taskSpec.volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : []));
        expect(new Set(claims).size).toBe(claims.length);
        const names = taskSpec.volumes.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it('shows credentials of git to no other host', () => {
    const withSuite = (url: string): string => {
      const base = exampleRuns['stage-poetry-suite'];
      const options = { ...base, runFile: { ...base?.runFile, suite: { url } } };
      return JSON.stringify(renderPipelineRun(exampleInput(options)));
    };
    expect(withSuite('https://gitlab.example.org/a.git')).toContain('SLIPWAY_SUITE_GIT_CREDENTIALS');
    expect(withSuite('git@gitlab.example.org:a.git')).toContain('SLIPWAY_SUITE_GIT_CREDENTIALS');
    expect(withSuite('https://gitlab.example.org.evil.org/a.git')).not.toContain('SLIPWAY_SUITE_GIT_CREDENTIALS');
    expect(withSuite('https://gitlab.example.org:8443/a.git')).not.toContain('SLIPWAY_SUITE_GIT_CREDENTIALS');
  });
});

/** Strings that somebody could put anywhere: marked, so that they are found wherever they end up. */
const marked = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '$(params.x)',
      '$(HOME)',
      '$(workspaces.a.path)',
      '$(results.summary.path)',
      '\n---\nkind: Pod',
      '`id`',
    ),
  )
  .map((text) => `MARK${text}MARK`);

const specs = fc.record(
  {
    notebook: marked,
    parameters: fc.dictionary(marked, marked, { maxKeys: 3 }),
    env: fc.dictionary(fc.constantFrom('A', 'HOME', 'PATH', 'LD_PRELOAD', 'SLIPWAY_RUN_DIR'), marked),
    kernel: marked,
    python: marked,
    requirements: marked,
    outputs: fc.array(marked, { maxLength: 3 }),
    tests: fc.record({ path: marked, marker: marked, repository: marked, revision: marked }, { requiredKeys: [] }),
    dataset: fc.record({ url: marked, path: marked }, { requiredKeys: [] }),
    repository: fc.record({ url: marked, revision: marked }, { requiredKeys: ['url'] }),
    files: fc.record({ include: fc.array(marked), exclude: fc.array(marked) }),
  },
  { requiredKeys: ['notebook'] },
);

describe('whatever a job says', () => {
  const optionsOf = (spec: JobSpec, text: string): ExampleOptions => ({
    spec,
    stage: ['dataset', 'clone'],
    user: text,
    runFile: {
      dataset: { name: text, url: text, path: text },
      repository: { url: spec.repository?.url ?? text },
      suite: { url: text, revision: text },
      command: { argv: [text] },
      source: { path: text, unsaved: true },
    },
    files: [{ path: text, bytes: 1 }],
  });

  it('none of it is in what a cluster runs', () => {
    fc.assert(
      fc.property(specs, marked, (spec, text) => {
        const object = renderPipelineRun(exampleInput(optionsOf(spec, text)));
        const rendered = JSON.stringify(object.spec);
        expect(rendered).not.toContain('MARK');
        // The only expression is the path of our own result.
        expect(rendered.replaceAll('$(results.summary.path)', '')).not.toContain('$');
        expect(checkPipelineRun(object)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('the labels are valid, and the manifest is JSON and YAML alike', () => {
    fc.assert(
      fc.property(specs, marked, (spec, text) => {
        const input = exampleInput(optionsOf(spec, text));
        const objects = [renderPipelineRun(input), renderHelperPod(input, 'upload', { deadlineSeconds: 60 })];
        for (const object of objects) {
          expect(JSON.parse(JSON.stringify(object))).toEqual(object);
          expect(object.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
          for (const value of Object.values(object.metadata.labels ?? {})) {
            expect(value).toMatch(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/);
          }
        }
        const manifest = manifestText(objects, input);
        expect(manifest).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/);
        const documents = parseAllDocuments(manifest);
        expect(documents.map((document) => document.toJS() as unknown)).toEqual(objects);
      }),
      { numRuns: 40 },
    );
  });

  it('a retry from any step runs what is left, and always prepare and collect', () => {
    const steps: PipelineStepName[] = ['dataset', 'clone', 'prepare', 'notebook', 'report', 'test', 'collect'];
    fc.assert(
      fc.property(fc.subarray(steps), (reused) => {
        const options: ExampleOptions = {
          stage: ['dataset', 'clone'],
          runFile: { reuse: { run: 'original-7f3a', steps: reused } },
          reuseVolume: { claimName: 'original-7f3a-data', subPath: undefined },
        };
        const left = steps.filter((step) => !reused.includes(step) || step === 'prepare' || step === 'collect');
        expect(stepsOf(options).map(({ name }) => name)).toEqual(left);
        const tasks = tasksOf(options).map(({ name }) => name);
        expect(tasks).toEqual(left.some((step) => step === 'dataset' || step === 'clone') ? ['stage', 'run'] : ['run']);
      }),
    );
  });
});
