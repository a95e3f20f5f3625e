import * as z from 'zod';
import {
  isConflict,
  isNotFound,
  resources,
  unlessMissing,
  type Clock,
  type KubernetesApi,
} from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { parsePublicKeyLine } from '../keys/index.ts';
import { devEnvAnnotations, secretKeys, secretName } from '../names/index.ts';
import { untilInForce } from './keysInForce.ts';

/** What a DevEnv's Secret says of logging in. */
export interface LoginSecret {
  readonly authorizedKeys: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly hostKey: string;
  readonly resourceVersion: string;
}

export interface SecretPlace {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  /** The DevEnv's name. */
  readonly name: string;
}

const schema = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
});
/** So often two devices may get in each other's way. */
const tries = 10;

/** @throws SlipwayError `devenv.notFound`, `ssh.hostKey` for a Secret without a host key, and what the cluster refuses */
export async function readLoginSecret({ api, name }: SecretPlace, signal: AbortSignal): Promise<LoginSecret> {
  const { namespace } = api.cluster;
  const path = { type: resources.secrets, namespace, name: secretName(name) };
  const secret = await api.get(path, schema, signal).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw new SlipwayError('devenv.notFound', `There is no DevEnv ${name} in ${namespace}.`, {
      action: 'See "slipway devenv list"; "slipway devenv create" makes one.',
      cause: error,
    });
  });
  const text = (key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
  const hostKey = parsePublicKeyLine(text(secretKeys.hostKeyPublic).split('\n')[0] ?? '');
  if (hostKey?.options !== '') {
    throw new SlipwayError(
      'ssh.hostKey',
      `The Secret ${secretName(name)} in ${namespace} holds no host key, so ${name} cannot be told from another machine.`,
      {
        action: `Delete and create the DevEnv anew; its workspace can stay: slipway devenv delete ${name}`,
      },
    );
  }
  return {
    authorizedKeys: text(secretKeys.authorizedKeys),
    hostKey: `${hostKey.type} ${hostKey.key}`,
    resourceVersion: secret.metadata.resourceVersion,
  };
}

/**
 * Changes who may log in, whatever other devices do meanwhile, and has a pod that runs take it over within seconds.
 * @param change gives the `authorized_keys` that are to be, the same text where nothing has to change; where it throws, nothing is changed
 */
export async function changeAuthorizedKeys(
  place: SecretPlace,
  change: (secret: LoginSecret) => string,
  signal: AbortSignal,
): Promise<LoginSecret> {
  const { api, name, clock } = place;
  const path = { type: resources.secrets, namespace: api.cluster.namespace, name: secretName(name) };
  for (let turn = 1; ; turn += 1) {
    const secret = await readLoginSecret(place, signal);
    const authorizedKeys = change(secret);
    if (authorizedKeys === secret.authorizedKeys) return secret;
    const data = { [secretKeys.authorizedKeys]: Buffer.from(authorizedKeys).toString('base64') };
    const body = { metadata: { resourceVersion: secret.resourceVersion }, data };
    try {
      const { metadata } = await api.patch(path, body, { kind: 'merge' }, schema, signal);
      await renewInPod(place, signal);
      await untilInForce(place, authorizedKeys, signal);
      return { ...secret, authorizedKeys, resourceVersion: metadata.resourceVersion };
    } catch (error) {
      if (!isConflict(error) || turn >= tries) throw error;
      await clock.sleep(20 * turn, signal);
    }
  }
}

/** The kubelet renews its copy of a Secret within a minute, and at once when the pod changes. */
async function renewInPod({ api, name, clock }: SecretPlace, signal: AbortSignal): Promise<void> {
  const path = { type: resources.pods, namespace: api.cluster.namespace, name };
  const body = { metadata: { annotations: { [devEnvAnnotations.keysChanged]: String(clock.now()) } } };
  try {
    await unlessMissing(() => api.patch(path, body, { kind: 'merge' }, z.object({}), signal));
  } catch (error) {
    throw SlipwayError.is(error, 'cluster.forbidden') ? takesTime(name, error) : error;
  }
}

/** Nothing was undone: the pod goes by the Secret in the end. */
function takesTime(name: string, { message, action }: SlipwayError): SlipwayError {
  return new SlipwayError(
    'cluster.forbidden',
    `Who may log in to ${name} was changed, but its pod could not be told: ${message}`,
    { action: `It takes that over by itself within two minutes; then try again. ${action ?? ''}`.trim() },
  );
}
