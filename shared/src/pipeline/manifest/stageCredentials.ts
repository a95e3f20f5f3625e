import type { PipelineStepName, TeamProfile } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';
import { checkObjectName } from './fieldChecks.ts';
import type { JsonObject } from './kubernetesObject.ts';
import { paths } from './names.ts';

/** What a step of the stage is shown of a Secret: the files of a volume that no other step mounts. */
export interface StageCredentials {
  readonly volume: JsonObject;
  readonly mount: JsonObject;
  readonly env: readonly JsonObject[];
}

/**
 * The Secret of a step, where the job names one.
 * @throws SlipwayError `spec.invalid` for a name that no Secret can have
 */
export function stageCredentials(
  step: PipelineStepName,
  runFile: RunFile,
  profile: TeamProfile,
): StageCredentials | undefined {
  const { dataset, repository } = runFile.spec;
  if (step === 'dataset' && dataset?.secret !== undefined) {
    const volume = secretVolume('dataset-credentials', checkObjectName(dataset.secret, 'dataset.secret'), profile);
    return mounted(volume, paths.datasetCredentials, ['SLIPWAY_DATASET_CREDENTIALS']);
  }
  if (step === 'clone' && repository?.secret !== undefined) {
    const volume = secretVolume('git-credentials', checkObjectName(repository.secret, 'repository.secret'), profile);
    const suite = suiteSharesHost(runFile) ? ['SLIPWAY_SUITE_GIT_CREDENTIALS'] : [];
    return mounted(volume, paths.gitCredentials, ['SLIPWAY_GIT_CREDENTIALS', ...suite]);
  }
  return undefined;
}

function secretVolume(name: string, secretName: string, profile: TeamProfile) {
  const { fsGroup, runAsGroup } = profile.securityContext ?? {};
  // Files of a Secret belong to root. Where no group of the run's is known that may read them, everybody in the pod may.
  const defaultMode = fsGroup !== undefined || runAsGroup === 0 ? 0o440 : 0o444;
  return { name, secret: { secretName, defaultMode } };
}

function mounted(
  volume: ReturnType<typeof secretVolume>,
  mountPath: string,
  variables: readonly string[],
): StageCredentials {
  return {
    volume,
    mount: { name: volume.name, mountPath, readOnly: true },
    env: variables.map((name) => ({ name, value: mountPath })),
  };
}

/** Whether the suite's repository lies where the run's does: nobody else is shown the credentials. */
function suiteSharesHost({ repository, suite }: RunFile): boolean {
  const host = repository && hostOf(repository.url);
  return host !== undefined && suite !== undefined && hostOf(suite.url) === host;
}

/** `host` of `https://host/…` and of `git@host:…`; undefined where there is none. */
function hostOf(url: string): string | undefined {
  const host = URL.parse(url)?.host ?? '';
  return host === '' ? /^[\w.-]+@([\w.-]+):/.exec(url)?.[1]?.toLowerCase() : host;
}
