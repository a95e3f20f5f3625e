import { createHash } from 'node:crypto';
import { resources, unlessForbidden, type Clock } from '../../../../kubernetes/index.ts';
import {
  annotations,
  renderHelperPod,
  renderVolumeReaderPod,
  sharedConfigMaps,
  type KubernetesObject,
  type ManifestInput,
  type RunFile,
  type RunVolume,
  type SharedScripts,
} from '../../../../pipeline/index.ts';
import { jobSpecSchema, SlipwayError, type JobSpec, type TeamProfile } from '../../../../protocol/index.ts';
import { pipelineRunSchema, type PipelineRun } from '../../submit/clusterObjects.ts';
import { sharedVolume } from '../../submit/originalVolume.ts';
import { isOurs, volumeOf } from '../../submit/runObjects.ts';
import type { SpaceObjects } from '../../submit/spaceObjects.ts';
import type { ScriptFiles } from '../../scriptFiles.ts';

/** The key of the reader that sees all runs of the team's volume; no run has this name. */
export const allRuns = '';

/** A reader ends by itself after this, however much is still to be read. */
const deadlineSeconds = 30 * 60;

export interface ReaderPodParts {
  readonly space: SpaceObjects;
  readonly profile: TeamProfile;
  readonly scripts: ScriptFiles;
  readonly clock: Clock;
}

/**
 * Renders the pod that reads a run's folder, or all folders, after having made sure that the scripts are there that it runs.
 * @throws SlipwayError `cluster.gone` where the volume is gone or not known
 */
export async function readerPodOf(parts: ReaderPodParts, key: string, signal: AbortSignal): Promise<KubernetesObject> {
  const { space, profile, clock } = parts;
  const expiresAt = clock.now() + deadlineSeconds * 1000;
  if (key === allRuns) {
    const volume = sharedVolume(profile);
    if (volume === undefined) throw volumeGone();
    const scripts = await ensureScripts(parts, signal);
    const name = `slipway-history-${sha256(JSON.stringify([volume.claimName, volume.subPath])).slice(0, 8)}`;
    const input = { name, namespace: space.namespace, profile, volume, scripts, expiresAt };
    return renderVolumeReaderPod(input, { deadlineSeconds });
  }
  const pipelineRun = await space.find(resources.pipelineRuns, key, pipelineRunSchema, signal);
  const known = pipelineRun !== undefined && isOurs(pipelineRun.metadata) ? volumeOf(pipelineRun) : undefined;
  const volume = pipelineRun === undefined ? sharedVolume(profile) : known;
  if (volume === undefined) throw volumeGone(key);
  const scripts = await ensureScripts(parts, signal);
  const input = manifestInput(parts, key, { volume, scripts, expiresAt, spec: specOf(pipelineRun) });
  return renderHelperPod(input, 'reader', { deadlineSeconds });
}

/** The image and with it the user that wrote the files; left out in annotations that are too long. */
function specOf(pipelineRun: PipelineRun | undefined): JobSpec {
  const text = pipelineRun?.metadata.annotations[annotations.jobSpec];
  if (text === undefined) return {};
  try {
    return jobSpecSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    // Somebody has edited it: the profile's image reads as well, as a rule.
    return {};
  }
}

interface Known {
  readonly volume: RunVolume;
  readonly scripts: SharedScripts;
  readonly expiresAt: number;
  readonly spec: JobSpec;
}

/** A reader needs no more of a run than its name, its volume and its image. */
function manifestInput(
  { space, profile }: ReaderPodParts,
  run: string,
  { volume, scripts, expiresAt, spec }: Known,
): ManifestInput {
  const runFile: RunFile = {
    version: 1,
    run,
    spec,
    steps: [],
    parameters: {},
    env: {},
    environment: { base: 'interpreter' },
    timeouts: {},
    outputs: [],
    inputHashes: { notebook: '', requirements: '', tests: '' },
  };
  return {
    runFile,
    run: {
      name: run,
      context: space.api.cluster.context,
      title: run,
      state: 'lost',
      createdAt: 0,
      cancelRequested: false,
      steps: [],
    },
    namespace: space.namespace,
    profile,
    inputs: { inConfigMap: [], uploaded: [] },
    scripts,
    user: '',
    trigger: '',
    expiresAt,
    reuseVolume: volume,
  };
}

async function ensureScripts({ space, scripts }: ReaderPodParts, signal: AbortSignal): Promise<SharedScripts> {
  const shared = sharedConfigMaps(scripts.steps, scripts.assets, sha256, space.namespace);
  for (const { name, render } of shared.objects) {
    if (name !== shared.scripts.stepsName) continue;
    // Without the right it is there, as a rule, and if not, the pod says so.
    await unlessForbidden(async () => {
      if (!(await space.exists(resources.configMaps, name, signal)))
        await space.create(resources.configMaps, render(), signal);
    });
  }
  return shared.scripts;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function volumeGone(run?: string): SlipwayError {
  const what = run === undefined ? 'Runs of this context have' : `The run ${run} had`;
  return new SlipwayError('cluster.gone', `${what} a volume of its own, which is gone with it.`, {
    action: 'Let the team profile name a claim that stays (volume: kind: claim) to keep what runs leave.',
  });
}
