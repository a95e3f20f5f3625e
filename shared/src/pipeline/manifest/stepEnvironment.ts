import { SlipwayError } from '../../protocol/index.ts';
import type { JobSpec, TeamProfile } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';
import { checkLiteral, checkObjectName, checkSecretKey } from './fieldChecks.ts';
import type { JsonObject } from './kubernetesObject.ts';
import { paths } from './names.ts';

const variable = (name: string, value: string): JsonObject => ({ name, value });

/**
 * What every step knows: folders, the image, the team's mirrors. Nothing of the user's: that is in `run.json`.
 * @throws SlipwayError `spec.invalid` for a mirror that cannot be passed on
 */
export function commonEnvironment(image: string, profile: TeamProfile, runFile: RunFile): JsonObject[] {
  return [
    variable('SLIPWAY_TARGET', 'cluster'),
    variable('SLIPWAY_RUN_DIR', paths.run),
    variable('SLIPWAY_STEPS', paths.steps),
    variable('SLIPWAY_OUTPUT', `${paths.run}/output`),
    variable('SLIPWAY_INPUTS', paths.inputs),
    variable('SLIPWAY_ASSETS', paths.assets),
    variable('SLIPWAY_ENVIRONMENTS', paths.environments),
    ...(runFile.dataset?.url === undefined ? [] : [variable('SLIPWAY_DATASETS', paths.downloads)]),
    ...(Object.keys(profile.datasets ?? {}).length === 0 ? [] : [variable('SLIPWAY_DATASET_VOLUMES', paths.datasets)]),
    ...(runFile.reuse === undefined ? [] : [variable('SLIPWAY_REUSE', paths.reuse)]),
    variable('SLIPWAY_IMAGE', image),
    ...mirrorEnvironment(profile.mirrors ?? {}),
  ];
}

/**
 * Where pip, conda and the Hugging Face libraries look, as the team says.
 * @throws SlipwayError `spec.invalid` for a mirror that cannot be passed on
 */
export function mirrorEnvironment(mirrors: NonNullable<TeamProfile['mirrors']>): JsonObject[] {
  const { pipIndexUrl, pipTrustedHosts = [], condaChannels = [], huggingFaceUrl } = mirrors;
  const words = (values: readonly string[], where: string): readonly string[] => {
    for (const value of values) checkWord(value, where);
    return values;
  };
  if (pipIndexUrl !== undefined) refuseUserInfo(checkWord(pipIndexUrl, 'mirrors.pipIndexUrl'));
  if (huggingFaceUrl !== undefined) refuseUserInfo(checkWord(huggingFaceUrl, 'mirrors.huggingFaceUrl'));
  const hosts = words(pipTrustedHosts, 'mirrors.pipTrustedHosts').join(' ');
  for (const channel of words(condaChannels, 'mirrors.condaChannels')) refuseUserInfo(channel);
  return [
    ...(pipIndexUrl === undefined ? [] : [variable('PIP_INDEX_URL', pipIndexUrl)]),
    ...(hosts === '' ? [] : [variable('PIP_TRUSTED_HOST', hosts)]),
    ...(condaChannels.length === 0 ? [] : [variable('CONDA_CHANNELS', condaChannels.join(','))]),
    ...(huggingFaceUrl === undefined ? [] : [variable('HF_ENDPOINT', huggingFaceUrl)]),
  ];
}

/**
 * Where the step `dataset` finds the team's S3 server.
 * @throws SlipwayError `spec.invalid` for an address that cannot be passed on
 */
export function s3Environment({ s3 }: TeamProfile): JsonObject[] {
  const { endpoint, region, addressing } = s3 ?? {};
  if (endpoint !== undefined) refuseUserInfo(checkWord(endpoint, 's3.endpoint'));
  if (region !== undefined) checkWord(region, 's3.region');
  return [
    ...(endpoint === undefined ? [] : [variable('SLIPWAY_S3_ENDPOINT', endpoint)]),
    ...(region === undefined ? [] : [variable('SLIPWAY_S3_REGION', region)]),
    ...(addressing === undefined ? [] : [variable('SLIPWAY_S3_ADDRESSING', addressing)]),
  ];
}

function checkWord(value: string, where: string): string {
  checkLiteral(value, `${where} of the team profile`);
  if (!/[\s,]/.test(value)) return value;
  throw new SlipwayError('spec.invalid', `${where} of the team profile: ${JSON.stringify(value)} is not one address.`, {
    action: 'Write each address as an entry of its own, without blanks and commas.',
  });
}

/** Everybody in the space can read manifests. */
function refuseUserInfo(text: string): void {
  const url = URL.parse(text);
  if (url === null || `${url.username}${url.password}` === '') return;
  throw new SlipwayError('spec.invalid', `The mirror at ${url.host} has a user name or password in its address.`, {
    action:
      'Take it out: addresses of mirrors stand in manifests. Put credentials into a pip.conf or .netrc in the image.',
  });
}

const reserved = /^(SLIPWAY_|NVIDIA_VISIBLE_DEVICES$|NVIDIA_DRIVER_CAPABILITIES$|PATH$|LD_PRELOAD$|BASH_ENV$)/;

/**
 * Variables whose values come from Secrets, for the steps that run the user's code.
 * @throws SlipwayError `spec.invalid`
 */
export function secretEnvironment(secrets: NonNullable<JobSpec['secrets']>): JsonObject[] {
  const names = new Set<string>();
  return secrets.map(({ env, secret, key }) => {
    if (names.has(env) || reserved.test(env)) {
      const why = names.has(env) ? 'is named twice' : 'belongs to the run itself';
      throw new SlipwayError('spec.invalid', `The variable ${env} in secrets ${why}.`, {
        action: 'Give each Secret a variable of its own, with another name.',
      });
    }
    names.add(env);
    const where = `secrets, ${env}`;
    return {
      name: env,
      valueFrom: { secretKeyRef: { name: checkObjectName(secret, where), key: checkSecretKey(key, where) } },
    };
  });
}

/**
 * Which GPUs a container sees. The device plugin tells the step that has some, so nothing is said there; to the others the
 * NVIDIA runtime would show all cards.
 */
export function gpuEnvironment(seesGpu: boolean): JsonObject[] {
  return seesGpu
    ? [variable('NVIDIA_DRIVER_CAPABILITIES', 'compute,utility')]
    : [variable('NVIDIA_VISIBLE_DEVICES', 'void')];
}
