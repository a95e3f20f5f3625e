import { createHash } from 'node:crypto';
import { isAlreadyExists, resources } from '../../../shared/src/kubernetes/index.ts';
import type { KubernetesObject } from '../../../shared/src/pipeline/index.ts';
import { objectSchema } from '../../../shared/src/targets/tekton/submit/clusterObjects.ts';
import { commandRun } from '../../../shared/src/targets/tekton/submit/testing/submissions.ts';
import { never, type BenchSpace } from './benchSpace.ts';

/** The steps that write, one after the other, in one pod. */
export const noisySteps = ['notebook', 'command', 'report', 'test'] as const;

/** Submits a run of ours whose steps write so many lines of 100 bytes each, and nothing else. */
export async function submitNoisyRun(space: BenchSpace, run: string, lines: number): Promise<void> {
  const submitter = await space.submitter();
  const steps = ['prepare', ...noisySteps, 'collect'] as const;
  const rendered = await submitter.render(commandRun(run, 'true', undefined, { steps: [...steps] }), never);
  const path = (type: (typeof resources)[keyof typeof resources]) => ({ type, namespace: space.namespace });
  for (const object of rendered.shared) {
    await space.api.create(path(resources.configMaps), object, {}, objectSchema, never).catch(ignoreExisting);
  }
  await space.api.create(path(resources.configMaps), rendered.inputs, {}, objectSchema, never);
  if (rendered.claim !== undefined) {
    await space.api.create(path(resources.persistentVolumeClaims), rendered.claim, {}, objectSchema, never);
  }
  const noisy = withNoise(rendered.pipelineRun, lines);
  await space.api.create(path(resources.pipelineRuns), noisy, {}, objectSchema, never);
}

/** What each step writes. */
export function expectedSha256(step: string, lines: number): string {
  const hash = createHash('sha256');
  const tail = `${filling(step)}\n`;
  for (let number = 0; number < lines; number += 1) hash.update(`${step} ${String(number).padStart(7, '0')} ${tail}`);
  return hash.digest('hex');
}

interface Rendered {
  spec: { pipelineSpec: { tasks: { taskSpec: { steps: { name: string; script?: string }[] } }[] } };
}

function withNoise(pipelineRun: KubernetesObject, lines: number): object {
  const copy = JSON.parse(JSON.stringify(pipelineRun)) as Rendered;
  for (const { taskSpec } of copy.spec.pipelineSpec.tasks) {
    for (const step of taskSpec.steps) {
      if (noisySteps.some((name) => name === step.name)) step.script = noise(step.name, lines);
    }
  }
  return copy;
}

/** As our steps keep their logs, and at once in the container's own. */
function noise(step: string, lines: number): string {
  return [
    '#!/bin/bash',
    'set -o pipefail',
    `awk 'BEGIN { for (i = 0; i < ${lines}; i += 1) printf "${step} %07d ${filling(step)}\\n", i }' |`,
    `  python3 -I -S "$SLIPWAY_STEPS/slipway_steps" keep-log "$SLIPWAY_RUN_DIR/logs/${step}.log"`,
  ].join('\n');
}

/** The step, 7 digits, two spaces and the line end make it 100 bytes. */
function filling(step: string): string {
  return 'x'.repeat(100 - step.length - 10);
}

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}
