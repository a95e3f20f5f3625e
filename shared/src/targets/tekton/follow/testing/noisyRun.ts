import { resources } from '../../../../kubernetes/index.ts';
import type { KubernetesObject } from '../../../../pipeline/index.ts';
import type { Submitter } from '../../submit/submitter.ts';
import { commandRun } from '../../submit/testing/submissions.ts';
import type { FollowSpace } from './followSpace.ts';

export interface Noise {
  readonly run: string;
  readonly steps: readonly string[];
  readonly lines: number;
  /** Of each line; default: 100. */
  readonly lineBytes?: number;
}

/** A run of ours whose command is replaced by steps that write many lines, kept as every step keeps its log. */
export async function noisyRun(
  at: FollowSpace,
  submitter: Submitter,
  { run, steps, lines, lineBytes = 100 }: Noise,
  signal: AbortSignal,
): Promise<void> {
  const submission = commandRun(run, 'true');
  const rendered = await submitter.render(submission, signal);
  for (const { render } of rendered.shared) await at.space.objects.create(resources.configMaps, render(), signal);
  await at.space.objects.create(resources.configMaps, rendered.inputs, signal);
  if (rendered.claim !== undefined) {
    await at.space.objects.create(resources.persistentVolumeClaims, rendered.claim, signal);
  }
  const noisy = withSteps(
    rendered.pipelineRun,
    steps.map((step) => noiseStep(step, lines, lineBytes)),
  );
  await at.space.objects.create(resources.pipelineRuns, noisy, signal);
}

function noiseStep(name: string, lines: number, lineBytes: number): object {
  const line = `"${name} %07d ${'x'.repeat(lineBytes - name.length - 10)}\\n"`;
  const script = [
    '#!/bin/bash',
    'set -o pipefail',
    `awk 'BEGIN { for (i = 0; i < ${lines}; i += 1) printf ${line}, i }' |`,
    `  python3 -I -S "$SLIPWAY_STEPS/slipway_steps" keep-log "$SLIPWAY_RUN_DIR/logs/${name}.log"`,
  ];
  return { name, onError: 'continue', script: script.join('\n') };
}

interface Rendered {
  spec: { pipelineSpec: { tasks: { taskSpec: { steps: { name: string }[] } }[] } };
}

function withSteps(pipelineRun: KubernetesObject, noise: readonly object[]): object {
  const copy = JSON.parse(JSON.stringify(pipelineRun)) as Rendered;
  for (const { taskSpec } of copy.spec.pipelineSpec.tasks) {
    taskSpec.steps = taskSpec.steps.flatMap((step) =>
      step.name === 'command' ? (noise as { name: string }[]) : [step],
    );
  }
  return copy;
}
