import { resources, unlessForbidden } from '../../../kubernetes/index.ts';
import { SlipwayError, type JobSpec } from '../../../protocol/index.ts';
import type { SpaceObjects } from './spaceObjects.ts';

/**
 * The names of the Secrets of the space, to choose from. Only metadata is asked for: no value leaves the cluster.
 * @throws SlipwayError `cluster.forbidden` where they may not be listed, as with the shipped role: their names work all the same
 */
export async function listSecretNames(space: SpaceObjects, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const secrets = await space.metadata(resources.secrets, undefined, signal);
    return secrets.map(({ name }) => name).sort();
  } catch (error) {
    if (!SlipwayError.is(error, 'cluster.forbidden')) throw error;
    throw new SlipwayError(error.code, error.message, {
      action: `Write the name of the Secret into the job spec: runs need no right to see it. For the list, ask for the verb list on secrets in the namespace ${space.namespace}.`,
      cause: error,
    });
  }
}

/**
 * Checks that the Secrets which a job refers to are there. Their keys are not looked at: that would bring the values here.
 * Without the right to see Secrets the kubelet is the first to know, and the run says so.
 * @throws SlipwayError `cluster.notFound`
 */
export async function checkSecrets(space: SpaceObjects, spec: JobSpec, signal: AbortSignal): Promise<void> {
  const { secrets = [], repository, dataset } = spec;
  const named = new Set(
    [...secrets.map(({ secret }) => secret), repository?.secret, dataset?.secret].filter((name) => name !== undefined),
  );
  await Promise.all(
    [...named].map(async (name) => {
      if ((await unlessForbidden(() => space.exists(resources.secrets, name, signal))) !== false) return;
      throw new SlipwayError(
        'cluster.notFound',
        `There is no Secret ${JSON.stringify(name)} in the space ${space.namespace}.`,
        {
          action: `Choose one that is there (kubectl get secrets -n ${space.namespace}), or create it.`,
        },
      );
    }),
  );
}
