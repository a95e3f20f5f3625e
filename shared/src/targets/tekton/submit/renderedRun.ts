import { createHash } from 'node:crypto';
import {
  checkPipelineRun,
  renderInputs,
  renderPipelineRun,
  renderVolumeClaim,
  runFileText,
  type KubernetesObject,
  type ManifestInput,
  type RunVolume,
  type SharedConfigMaps,
} from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { RunSubmission } from '../../runTarget.ts';
import { prepareInputs, type PreparedInputs } from './preparedInputs.ts';
import { orphanMs } from './runObjects.ts';
import type { SubmitterOptions } from './submitterOptions.ts';

/** All objects of a run, as they are about to be sent. */
export interface RenderedRun {
  readonly input: ManifestInput;
  readonly prepared: PreparedInputs;
  readonly shared: SharedConfigMaps['objects'];
  readonly inputs: KubernetesObject;
  /** Only where the run has a claim of its own. */
  readonly claim: KubernetesObject | undefined;
  readonly pipelineRun: KubernetesObject;
}

/**
 * Reads the small inputs and renders. Changes nothing.
 * @param reuseVolume the volume of the run that this one retries
 * @throws SlipwayError `spec.invalid`, `files.refused`
 */
export async function renderRun(
  options: SubmitterOptions,
  shared: SharedConfigMaps,
  submission: RunSubmission,
  reuseVolume: RunVolume | undefined,
  signal: AbortSignal,
): Promise<RenderedRun> {
  const { runFile, run, files } = submission;
  const prepared = await prepareInputs(files, Buffer.byteLength(runFileText(runFile)), newHash, signal);
  const input: ManifestInput = {
    runFile,
    run,
    namespace: options.api.cluster.namespace,
    profile: options.profile,
    inputs: prepared.plan,
    scripts: shared.scripts,
    user: options.user,
    trigger: options.trigger,
    expiresAt: options.clock.now() + orphanMs,
    reuseVolume,
  };
  const pipelineRun = renderPipelineRun(input);
  const [mistake] = checkPipelineRun(pipelineRun);
  if (mistake !== undefined) throw new SlipwayError('spec.invalid', mistake.message, { action: mistake.action });
  return {
    input,
    prepared,
    shared: shared.objects,
    inputs: renderInputs(input, prepared.contents, prepared.facts),
    claim: renderVolumeClaim(input),
    pipelineRun,
  };
}

const newHash = () => {
  const hash = createHash('sha256');
  return { update: (chunk: Uint8Array) => void hash.update(chunk), digest: () => hash.digest('hex') };
};
