import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { TestSpace } from '../../cluster/kubernetes/testSpace.ts';
import { resources, type KubernetesApi } from '../../../shared/src/kubernetes/index.ts';
import { SlipwayError, type TeamProfile } from '../../../shared/src/protocol/index.ts';
import { mortalApi, type Death } from '../../../shared/src/targets/tekton/submit/testing/mortalApi.ts';
import { devEnvLabel } from '../../../shared/src/devenv/names/index.ts';
import { createDevEnvService, type DevEnvService } from '../../../shared/src/devenv/lifecycle/index.ts';

/** A core may die at each of its writes: the next one takes up what it has left. */
let space: TestSpace;
const never = new AbortController().signal;
const context = 'test-cluster';
/** No node takes the pods: what counts is that they are there, and that they go. */
const profile: TeamProfile = {
  image: 'testbed.local/devenv:1',
  nodeSelector: { 'slipway.test/nowhere': 'true' },
  instanceTypes: { tiny: { cpu: '10m', memory: '32Mi' } },
  defaultInstanceType: 'tiny',
  devEnv: { diskSize: '1Gi' },
};

beforeAll(async () => {
  space = await TestSpace.open('devenv-death');
});
afterAll(() => space.dispose());

function serviceOf(api: KubernetesApi): Promise<DevEnvService> {
  return createDevEnvService({
    space: () => Promise.resolve({ context, api, profile }),
    contexts: () => Promise.resolve([context]),
    now: Date.now,
    random: Math.random,
    onError: () => undefined,
  });
}

/** Does `work` with a core that dies at each of its writes in turn, before and after it, until it comes to the end of it. */
async function eachDeath(
  work: (service: DevEnvService, name: string) => Promise<unknown>,
  afterwards: (name: string) => Promise<void>,
  beforehand: (name: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<number> {
  for (let write = 1; ; write += 1) {
    for (const when of ['before', 'after'] as const satisfies readonly Death['when'][]) {
      const name = `devenv-admin-${when}${write}`;
      await beforehand(name);
      const api = mortalApi(space.api, { write, when, lasting: true });
      const ended = await work(await serviceOf(api), name).then(
        () => true,
        (error: unknown) => {
          if (!SlipwayError.is(error, 'cluster.unreachable')) throw error;
          return false;
        },
      );
      await afterwards(name);
      if (ended) return write;
    }
  }
}

const objectSchema = z.object({
  metadata: z.object({ uid: z.string(), ownerReferences: z.array(z.object({ uid: z.string() })).default([]) }),
});

async function objectsOf(name: string) {
  const read = async (type: (typeof resources)['pods' | 'secrets' | 'persistentVolumeClaims']) => {
    const path = { type, namespace: space.namespace };
    const options = { labelSelector: `${devEnvLabel}=${name}` };
    return (await space.api.list(path, options, objectSchema, never)).items;
  };
  const { pods, secrets, persistentVolumeClaims } = resources;
  return { pods: await read(pods), secrets: await read(secrets), claims: await read(persistentVolumeClaims) };
}

async function make(service: DevEnvService, name: string): Promise<void> {
  await service.create(context, name, {}, true, never).catch((error: unknown) => {
    // The one before came so far.
    if (!SlipwayError.is(error, 'devenv.exists')) throw error;
  });
  await service.start({ context, name }, false, () => undefined, never);
}

describe('a core that dies', () => {
  it('while it makes a DevEnv: the next one makes the rest, once', async () => {
    const healthy = await serviceOf(space.api);
    const writes = await eachDeath(make, async (name) => {
      await make(healthy, name);
      const { pods, secrets, claims } = await objectsOf(name);
      expect([pods.length, secrets.length, claims.length], name).toEqual([1, 1, 1]);
      expect(secrets[0]?.metadata.ownerReferences).toEqual([{ uid: claims[0]?.metadata.uid }]);
    });
    // Who am I, Secret, claim, owner, pod.
    expect(writes).toBeGreaterThanOrEqual(6);
  });

  it('while it deletes one: the next one deletes the rest', async () => {
    const healthy = await serviceOf(space.api);
    const remove = (service: DevEnvService, name: string) => service.delete({ context, name }, true, never);
    const isGone = (error: unknown): void => {
      if (!SlipwayError.is(error, 'devenv.notFound')) throw error;
    };
    const writes = await eachDeath(
      remove,
      async (name) => {
        await remove(healthy, name).catch(isGone);
        const { pods, secrets } = await objectsOf(name);
        expect([pods.length, secrets.length], name).toEqual([0, 0]);
        await expect
          .poll(async () => (await objectsOf(name)).claims.length, { timeout: 60_000, message: name })
          .toBe(0);
      },
      (name) => make(healthy, name),
    );
    // Who am I, pod, Secret, claim.
    expect(writes).toBeGreaterThanOrEqual(5);
  });
});
