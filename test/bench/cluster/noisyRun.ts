import { createHash } from 'node:crypto';
import { isAlreadyExists, resources } from '../../../shared/src/kubernetes/index.ts';
import type { KubernetesObject } from '../../../shared/src/pipeline/index.ts';
import { objectSchema } from '../../../shared/src/targets/tekton/submit/clusterObjects.ts';
import { commandRun } from '../../../shared/src/targets/tekton/submit/testing/submissions.ts';
import { never, type BenchSpace } from './benchSpace.ts';

/** The steps that write, one after the other, in one pod. */
export const noisySteps = ['notebook', 'command', 'report', 'test'] as const;

/** What each of the steps does. */
export interface Noise {
  /** Lines of 100 bytes. */
  readonly lines: number;
  /** So many of them come after a rest of `restSeconds`. Default: none. */
  readonly afterRest?: number;
  /** The kubelet looks every ten seconds whether a log has 10 MiB. */
  readonly restSeconds?: number;
  /** The last step stays until `letGo`. */
  readonly held?: boolean;
}

/** Waits for this file in the run's folder, but not for ever. */
const goFile = '/slipway/run/bench-go';
const longestHoldSeconds = 300;

/** Submits a run of ours whose steps write, and do nothing else. */
export async function submitNoisyRun(space: BenchSpace, run: string, noise: Noise): Promise<void> {
  const submitter = await space.submitter();
  const steps = ['prepare', ...noisySteps, 'collect'] as const;
  const rendered = await submitter.render(commandRun(run, 'true', undefined, { steps: [...steps] }), never);
  const path = (type: (typeof resources)[keyof typeof resources]) => ({ type, namespace: space.namespace });
  for (const { render } of rendered.shared) {
    await space.api.create(path(resources.configMaps), render(), {}, objectSchema, never).catch(ignoreExisting);
  }
  await space.api.create(path(resources.configMaps), rendered.inputs, {}, objectSchema, never);
  if (rendered.claim !== undefined) {
    await space.api.create(path(resources.persistentVolumeClaims), rendered.claim, {}, objectSchema, never);
  }
  const noisy = withNoise(rendered.pipelineRun, noise);
  await space.api.create(path(resources.pipelineRuns), noisy, {}, objectSchema, never);
}

/** Ends the last step of a run that is `held`. */
export async function letGo(space: BenchSpace, run: string): Promise<void> {
  await space.kubectl('exec', podOf(run), '--container', 'step-collect', '--', 'touch', goFile);
}

/** The pod of a run's steps, as Tekton names it. */
export function podOf(run: string): string {
  return `${run}-run-pod`;
}

/** True for what lies between `start` and the line end at `end`, whatever a client has put before it. */
export function isNoiseLine(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 99 && bytes[end - 1] === mark && bytes[end - 70] === mark;
}

/** What each step writes. */
export function expectedSha256(step: string, lines: number): string {
  const hash = createHash('sha256');
  const tail = `${filling(step)}\n`;
  for (let number = 0; number < lines; number += 1) hash.update(`${step} ${String(number).padStart(7, '0')} ${tail}`);
  return hash.digest('hex');
}

interface Rendered {
  spec: { pipelineSpec: { tasks: { taskSpec: { steps: { name: string; command: string[] }[] } }[] } };
}

function withNoise(pipelineRun: KubernetesObject, noise: Noise): object {
  const copy = JSON.parse(JSON.stringify(pipelineRun)) as Rendered;
  for (const { taskSpec } of copy.spec.pipelineSpec.tasks) {
    for (const step of taskSpec.steps) {
      if (noisySteps.some((name) => name === step.name)) step.command = ['bash', '-c', script(step.name, noise)];
    }
  }
  return copy;
}

/** As our steps keep their logs, and at once in the container's own. */
function script(step: string, { lines, afterRest = 0, restSeconds = 0, held = false }: Noise): string {
  const write = (from: number, to: number): string =>
    `awk 'BEGIN { for (i = ${from}; i < ${to}; i += 1) printf "${step} %07d ${filling(step)}\\n", i }'`;
  const before = lines - afterRest;
  return [
    'set -o pipefail',
    `{ ${write(0, before)}; sleep ${restSeconds}; ${write(before, lines)}; } |`,
    `  python3 -I -S "$SLIPWAY_STEPS/slipway_steps" keep-log "$SLIPWAY_RUN_DIR/logs/${step}.log"`,
    ...(held && step === noisySteps.at(-1)
      ? [`for ((i = 0; i < ${5 * longestHoldSeconds}; i += 1)); do [ -e ${goFile} ] && break; sleep 0.2; done`]
      : []),
  ].join('\n');
}

const mark = 'x'.charCodeAt(0);

/** The step, 7 digits, two spaces and the line end make it 100 bytes. */
function filling(step: string): string {
  return 'x'.repeat(100 - step.length - 10);
}

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}
