import * as z from 'zod';
import {
  isForbidden,
  isNotFound,
  resources,
  type KubernetesApi,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import type { ClusterSettings } from '../../../pipeline/index.ts';
import type { TeamProfile } from '../../../protocol/index.ts';
import { claimSchema, nodeSchema, podSchema, type Claim } from '../observe/index.ts';
import { readAll } from './readAll.ts';
import { failed, passed, skipped, unseen, warned, type Finding } from './checker.ts';
import { judgeRoom, readSpace, roomWords } from './freeSpace.ts';
import { judgeNodes, type NodeWish } from './nodeChecks.ts';
import { judgeQuotas, quotaSchema } from './quotaChecks.ts';
import { judgeHold, volumeSchema } from './volumeChecks.ts';

const anyObject = z.object({ metadata: z.object({ name: z.string() }) });
const live = 'status.phase!=Succeeded,status.phase!=Failed';

/** Whether the service account is there. */
export async function checkServiceAccount(
  api: KubernetesApi,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  if (name === undefined) return passed('the default one of the space');
  const state = await lookFor(api, resources.serviceAccounts, name, signal);
  if (state === 'forbidden') return unseen(`service account ${name}`, 'get serviceaccounts');
  if (state === 'there') return passed(name);
  return failed(
    `there is no service account ${name} in ${api.cluster.namespace}`,
    'Correct serviceAccountName in the job or the profile, or ask for it to be made.',
  );
}

/**
 * Whether the claims that the profile names are there, can be used by a new pod and have room.
 * @param incoming bytes that are sent to the run's volume before it begins
 */
export async function checkClaims(
  api: KubernetesApi,
  profile: TeamProfile,
  settings: ClusterSettings,
  incoming: number,
  signal: AbortSignal,
): Promise<Finding> {
  const { volume, cache, datasets } = profile;
  const written = new Set([
    ...(volume?.kind === 'claim' ? [volume.claimName] : []),
    ...(cache === undefined ? [] : [cache.claimName]),
  ]);
  const names = new Set([...written, ...Object.values(datasets ?? {}).map(({ claimName }) => claimName)]);
  const shared = volume?.kind === 'claim' ? volume.claimName : undefined;
  const asked = [...names].map((name) => ({
    name,
    isWritten: written.has(name),
    incoming: name === shared ? incoming : 0,
  }));
  const own = shared === undefined ? [checkOwnClaim(settings, incoming)] : [];
  const findings = [...own, ...(await Promise.all(asked.map((claim) => checkClaim(api, claim, settings, signal))))];
  const worst =
    findings.find(({ outcome }) => outcome === 'fail') ?? findings.find(({ outcome }) => outcome === 'warn');
  return worst ?? passed(findings.map(({ detail }) => detail).join(', '));
}

/** A claim that is made with the run is empty. */
function checkOwnClaim({ volume }: ClusterSettings, incoming: number): Finding {
  const capacity = volume.kind === 'perRun' ? volume.size : undefined;
  const room = judgeRoom({ volume: 'the volume of the run’s own', capacity, space: undefined, incoming });
  return room ?? passed('a claim of the run’s own');
}

interface AskedClaim {
  readonly name: string;
  readonly isWritten: boolean;
  /** Bytes that are sent there. */
  readonly incoming: number;
}

async function checkClaim(
  api: KubernetesApi,
  { name, isWritten, incoming }: AskedClaim,
  wish: NodeWish,
  signal: AbortSignal,
): Promise<Finding> {
  const { namespace } = api.cluster;
  const claim = await lookAt(api, resources.persistentVolumeClaims, { namespace, name }, claimSchema, signal);
  if (claim === 'forbidden') return unseen(`claim ${name}`, 'get persistentvolumeclaims');
  if (claim === 'missing') {
    return failed(
      `there is no PersistentVolumeClaim ${name} in ${namespace}`,
      'Correct the profile, or ask for the claim.',
    );
  }
  const phase = claim.status?.phase ?? 'Pending';
  const modes = claim.spec?.accessModes ?? [];
  if (phase === 'Lost') return failed(`the volume of claim ${name} is lost`, 'Ask the administrator of the cluster.');
  if (isWritten && modes.length > 0 && modes.every((mode) => mode === 'ReadOnlyMany')) {
    return failed(`claim ${name} can only be read`, 'Name a claim that can be written for the run’s folder.');
  }
  if (phase === 'Pending') return warned(`claim ${name} has no volume yet; it may get one when the run starts`);
  return checkBound(api, claim, { name, isWritten, incoming }, wish, signal);
}

/** Whether a pod or a node has a bound claim's volume for itself, and whether it has room. */
async function checkBound(
  api: KubernetesApi,
  { metadata, spec, status }: Claim,
  { name, isWritten, incoming }: AskedClaim,
  wish: NodeWish,
  signal: AbortSignal,
): Promise<Finding> {
  const { namespace } = api.cluster;
  const [volume, pods, nodes] = await Promise.all([
    lookAt(api, resources.persistentVolumes, { name: spec?.volumeName ?? '' }, volumeSchema, signal),
    readAll(api, resources.pods, podSchema, { namespace, fieldSelector: live }, signal),
    readAll(api, resources.nodes, nodeSchema, {}, signal),
  ]);
  const accessModes = spec?.accessModes ?? [];
  const claim = {
    name: metadata.name,
    accessModes,
    volume: typeof volume === 'string' ? undefined : volume,
    pods,
    nodes,
  };
  const hold = judgeHold(claim, wish);
  if (hold !== undefined) return hold;
  const words = `PVC ${name} (${accessModes.join(', ')}`;
  const capacity = status?.capacity.storage;
  if (!isWritten) return passed(`${words})`);
  const space = await readSpace(api, name, pods ?? [], signal);
  const room = judgeRoom({ volume: `claim ${name}`, capacity, space, incoming });
  return room ?? passed(`${words}, ${roomWords({ capacity, space })})`);
}

/** Whether the image pull Secrets are there; their content is not asked for. */
export async function checkPullSecrets(
  api: KubernetesApi,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Finding> {
  if (names.length === 0) return passed('none needed');
  const states = await Promise.all(names.map((name) => lookFor(api, resources.secrets, name, signal)));
  const missing = names.filter((_, index) => states[index] === 'missing');
  if (missing.length > 0) {
    return failed(
      `there is no Secret ${missing.join(', ')} in ${api.cluster.namespace}, which the image is pulled with`,
      'Correct imagePullSecrets in the profile, or ask for the Secret to be made.',
    );
  }
  return states.includes('forbidden') ? unseen(names.join(', '), 'get secrets') : passed(names.join(', '));
}

/** What quotas leave. */
export async function checkQuotas(
  api: KubernetesApi,
  takes: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Finding> {
  const quotas = await readAll(
    api,
    resources.resourceQuotas,
    quotaSchema,
    { namespace: api.cluster.namespace },
    signal,
  );
  return quotas === undefined ? unseen('quotas', 'list resourcequotas') : judgeQuotas(quotas, takes);
}

/** Whether a node can take the run, and now. */
export async function checkNodes(api: KubernetesApi, wish: NodeWish, signal: AbortSignal): Promise<Finding> {
  const [nodes, pods] = await Promise.all([
    readAll(api, resources.nodes, nodeSchema, {}, signal),
    readAll(api, resources.pods, podSchema, { fieldSelector: live }, signal),
  ]);
  if (nodes === undefined) {
    // Any node has some processors; whether one has a device is worth a word.
    if (Object.keys(wish.devices).length > 0) return unseen(`nodes with ${deviceWords(wish)}`, 'list nodes');
    return skipped('nodes cannot be seen: you may not list nodes');
  }
  return judgeNodes(wish, nodes, pods);
}

function deviceWords({ devices }: NodeWish): string {
  return Object.keys(devices).join(' and ');
}

async function lookFor(
  api: KubernetesApi,
  type: ResourceType,
  name: string,
  signal: AbortSignal,
): Promise<'there' | 'missing' | 'forbidden'> {
  const found = await lookAt(api, type, { namespace: api.cluster.namespace, name }, anyObject, signal);
  return typeof found === 'string' ? found : 'there';
}

/** An object, or why it cannot be looked at. */
async function lookAt<S extends z.ZodType<object>>(
  api: KubernetesApi,
  type: ResourceType,
  place: { readonly namespace?: string; readonly name: string },
  schema: S,
  signal: AbortSignal,
): Promise<z.output<S> | 'missing' | 'forbidden'> {
  try {
    return await api.get({ type, ...place }, schema, signal);
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    if (isNotFound(error)) return 'missing';
    throw error;
  }
}
