import * as z from 'zod';
import {
  apiFailureOf,
  isAlreadyExists,
  isConflict,
  isForbidden,
  listWhole,
  type Clock,
  type Random,
} from '../../kubernetes/index.ts';
import { labels, managedBy, parseSize } from '../../pipeline/index.ts';
import { SlipwayError, type DevEnv, type DevEnvOptions, type DevEnvSpec } from '../../protocol/index.ts';
import type { Claim, Pod, PodReading, Right } from '../../targets/index.ts';
import type { SpaceAccess } from '../access.ts';
import { makeSshKey } from '../keys/index.ts';
import {
  devEnvText,
  recordText,
  renderClaim,
  renderPod,
  renderSecret,
  settleDevEnv,
  type DevEnvInput,
  type SettledDevEnv,
} from '../manifests/index.ts';
import { devEnvAnnotations, devEnvLabel, devEnvName, keptLabel, nameMeant, newName } from '../names/index.ts';
import { secretSchema, type DevEnvObjects } from './clusterObjects.ts';
import { DevEnvReader, wishesOf } from './devEnvReader.ts';
import { isOver, standingOf } from './devEnvState.ts';
import type { LiveStatuses } from './liveStatus.ts';
import { optionsOf } from './options.ts';
import { checkOurs, isKept, ownerOf } from './ownership.ts';
import { PodLife } from './podLife.ts';
import { checkRights, rightsToDelete, rightsToMake, rightsToRestart, rightsToStart } from './rights.ts';

export interface SpaceOptions {
  readonly access: SpaceAccess;
  readonly reading: PodReading;
  readonly statuses: LiveStatuses;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of failures that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

const anything = z.unknown();
/** How often a write is tried again that somebody else's came before. */
const tries = 5;

/** The DevEnvs of a space, from making one to deleting it. */
export class SpaceDevEnvs {
  readonly reader: DevEnvReader;
  readonly #access: SpaceAccess;
  readonly #reading: PodReading;
  readonly #objects: DevEnvObjects;
  readonly #clock: Clock;
  readonly #pods: PodLife;

  constructor({ access, reading, statuses, clock, random, onError }: SpaceOptions) {
    this.#access = access;
    this.#reading = reading;
    this.#clock = clock;
    this.reader = new DevEnvReader({ access, reading, statuses, clock, onError });
    this.#objects = this.reader.objects;
    this.#pods = new PodLife(this.#objects, reading, clock, random);
  }

  /** @throws SlipwayError `spec.invalid` for a profile that settles nothing */
  async options(signal: AbortSignal): Promise<DevEnvOptions> {
    return optionsOf(this.#access.profile, await this.#freeName(signal));
  }

  async manifest(asked: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string> {
    const user = await this.reader.user(signal);
    return devEnvText(this.#input(nameMeant(user, asked), user, spec));
  }

  /**
   * Makes Secret and claim; whatever a create that broke off has left is taken up.
   * @param start it is to be started afterwards: nothing is made where that is not allowed
   */
  async create(asked: string | undefined, spec: DevEnvSpec, start: boolean, signal: AbortSignal): Promise<DevEnv> {
    const user = await this.reader.user(signal);
    const name = newName(user, asked);
    const input = this.#input(name, user, spec);
    const there = await this.#objects.claim(name, signal);
    if (there !== undefined) this.#checkFree(there, name, user);
    await this.#check(user, rightsToMake(name, there !== undefined, start), signal);
    await this.#secret(input, undefined, signal);
    const claim = await this.#claim(input, there, signal);
    await this.#secret(input, claim, signal);
    return this.reader.get(name, signal);
  }

  /**
   * Makes its pod where there is none, and waits until it runs.
   * @param onProgress gets in words what it waits for, each time that changes
   */
  async start(
    asked: string,
    wait: boolean,
    onProgress: (name: string, text: string) => void,
    signal: AbortSignal,
  ): Promise<DevEnv> {
    const { name, user, claim } = await this.reader.find(asked, signal);
    await this.#begin(name, user, claim, (text) => onProgress(name, text), signal);
    if (!wait) return this.reader.get(name, signal);
    await this.#untilRunning(name, claim, (text) => onProgress(name, text), signal);
    return this.reader.get(name, signal);
  }

  /** Ends its pod and starts another one; neither where the other is not allowed. @param onProgress as for `start` */
  async restart(asked: string, onProgress: (name: string, text: string) => void, signal: AbortSignal): Promise<DevEnv> {
    const { name, user } = await this.reader.find(asked, signal);
    await this.#check(user, rightsToRestart(name), signal);
    await this.stop(name, signal);
    return this.start(name, true, onProgress, signal);
  }

  async stop(asked: string, signal: AbortSignal): Promise<DevEnv> {
    const { name, claim, pod } = await this.reader.find(asked, signal);
    if (pod !== undefined) {
      await this.reader.lastEnds.stops(claim, pod, signal);
      await this.#pods.end(name, pod, signal, this.#refuseStuck(name, claim));
    }
    return this.reader.get(name, signal);
  }

  async resize(asked: string, changes: DevEnvSpec, signal: AbortSignal): Promise<DevEnv> {
    for (let left = tries; ; left -= 1) {
      const { name, user, claim } = await this.reader.find(asked, signal);
      const spec = { ...wishesOf(claim), ...changes };
      const { settled } = this.#input(name, user, spec);
      try {
        await this.#objects.api.patch(
          this.#objects.claimPath(name),
          resizePatch(claim, spec, settled, changes.diskSize),
          { kind: 'merge' },
          anything,
          signal,
        );
        return await this.reader.get(name, signal);
      } catch (error) {
        if (isForbidden(error) && changes.diskSize !== undefined) throw cannotGrow(claim, changes.diskSize, error);
        if (!isConflict(error) || left <= 1) throw error;
      }
    }
  }

  /** The claim goes, or loses its label, last: until then it is listed, and deleting it again does the rest. */
  async delete(asked: string, workspace: boolean, signal: AbortSignal): Promise<void> {
    const { name, user, claim, pod } = await this.reader.find(asked, signal, workspace);
    await this.#check(user, rightsToDelete(name, pod !== undefined, workspace), signal);
    if (pod !== undefined) await this.#pods.end(name, pod, signal, this.#refuseStuck(name, claim));
    const secret = await this.#objects.secret(name, signal);
    if (secret !== undefined) {
      checkOurs(secret, 'Secret', name);
      await this.#objects.api.delete(this.#objects.secretPath(name), { uid: secret.metadata.uid }, signal);
    }
    const { uid } = claim.metadata;
    if (workspace) {
      await this.#objects.api.delete(this.#objects.claimPath(name), uid === undefined ? {} : { uid }, signal);
      return;
    }
    const annotations = { [devEnvAnnotations.lastEnd]: null };
    const patch = { metadata: { labels: { [devEnvLabel]: null, [keptLabel]: name }, annotations } };
    await this.#objects.api.patch(this.#objects.claimPath(name), patch, { kind: 'merge' }, anything, signal);
  }

  #input(name: string, user: string, spec: DevEnvSpec): DevEnvInput {
    const { api, profile } = this.#access;
    return { name, namespace: api.cluster.namespace, user, spec, settled: settleDevEnv(spec, profile), profile };
  }

  /** The first of a person's names that no DevEnv has; one whose workspace was kept is free. */
  async #freeName(signal: AbortSignal): Promise<string> {
    const user = await this.reader.user(signal);
    const options = { labelSelector: `${labels.managedBy}=${managedBy}` };
    const claims = await listWhole(
      this.#access.api,
      this.#objects.claimPath(),
      options,
      this.#reading.claimSchema,
      signal,
    );
    const taken = new Set(
      claims.filter((claim) => !isKept(claim) || ownerOf(claim) !== user).map(({ metadata }) => metadata.name),
    );
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? devEnvName(user) : devEnvName(user, String(number));
      if (!taken.has(name)) return name;
    }
  }

  #check(user: string, rights: readonly Right[], signal: AbortSignal): Promise<void> {
    return checkRights(this.#objects.api, this.#reading, user, rights, signal);
  }

  #checkFree(claim: Claim, name: string, user: string): void {
    checkOurs(claim, 'claim', name);
    const owner = ownerOf(claim);
    if (isKept(claim) && owner === user) return;
    if (owner === user) {
      throw new SlipwayError('devenv.exists', `There is a DevEnv ${name} already.`, {
        action: 'Start it, or give the new one a name.',
      });
    }
    throw new SlipwayError(
      'devenv.exists',
      `There is a DevEnv ${name} already, which belongs to ${owner ?? 'somebody else'}.`,
      { action: 'Give the new one another name.' },
    );
  }

  /** Makes the Secret where there is none; with `claim`, has it go when the claim goes. */
  async #secret(input: DevEnvInput, claim: Claim | undefined, signal: AbortSignal): Promise<void> {
    const { api } = this.#objects;
    const { name } = input;
    let secret = await this.#objects.secret(name, signal);
    if (secret === undefined) {
      const hostKey = makeSshKey(`${name} (host)`);
      try {
        secret = await api.create(this.#objects.secretPath(), renderSecret(input, hostKey), {}, secretSchema, signal);
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
        secret = await this.#objects.secret(name, signal);
      }
    }
    if (secret === undefined) return;
    checkOurs(secret, 'Secret', name);
    const uid = claim?.metadata.uid;
    if (uid === undefined || secret.metadata.ownerReferences.some((owner) => owner.uid === uid)) return;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, uid }];
    const patch = { metadata: { uid: secret.metadata.uid, ownerReferences } };
    await api.patch(this.#objects.secretPath(name), patch, { kind: 'merge' }, anything, signal);
  }

  async #claim(input: DevEnvInput, kept: Claim | undefined, signal: AbortSignal): Promise<Claim> {
    const { api } = this.#objects;
    const { claimSchema } = this.#reading;
    const { name, user, spec, settled } = input;
    if (kept === undefined) {
      try {
        return await api.create(this.#objects.claimPath(), renderClaim(input), {}, claimSchema, signal);
      } catch (error) {
        const meanwhile = isAlreadyExists(error) ? await this.#objects.claim(name, signal) : undefined;
        if (meanwhile === undefined) throw error;
        this.#checkFree(meanwhile, name, user);
        return this.#claim(input, meanwhile, signal);
      }
    }
    const patch = resizePatch(kept, spec, settled, spec.diskSize);
    const body = {
      ...patch,
      metadata: { ...patch.metadata, labels: { [devEnvLabel]: name, [keptLabel]: null } },
    };
    return api.patch(this.#objects.claimPath(name), body, { kind: 'merge' }, claimSchema, signal);
  }

  /** There is a pod afterwards that runs or comes up. */
  async #begin(
    name: string,
    user: string,
    claim: Claim,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const pod = await this.#objects.pod(name, signal);
    if (pod !== undefined) {
      checkOurs(pod, 'pod', name);
      const standing = await this.reader.standing(claim, pod, signal);
      const ending = pod.metadata.deletionTimestamp !== undefined;
      if (!ending && !isOver(standing, pod)) return;
      await this.#check(user, rightsToStart, signal);
      await this.reader.lastEnds.follows(claim, pod, signal);
      if (ending) onProgress('waiting until its last pod has ended');
      await this.#pods.end(name, pod, signal, this.#refuseStuck(name, claim));
    }
    if (pod === undefined) await this.reader.lastEnds.follows(claim, undefined, signal);
    const spec = wishesOf(claim);
    const input = this.#input(name, ownerOf(claim) ?? user, spec);
    await this.#secret(input, claim, signal);
    await this.#pods.create(renderPod(input), signal);
  }

  /** @throws SlipwayError `devenv.failed`, `devenv.stopped` where somebody stopped it meanwhile */
  async #untilRunning(
    name: string,
    claim: Claim,
    onProgress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    let told: string | undefined;
    await this.#pods.follow(
      name,
      async (pod) => {
        const standing = await this.reader.standing(claim, pod, signal);
        const { state, reason, action } = standing;
        if (state === 'running') return true;
        if (state === 'failed') throw this.#failed(name, reason, action);
        if (state !== 'starting') {
          throw new SlipwayError('devenv.stopped', `${name} was stopped while it started.`, {
            action: 'Start it again.',
          });
        }
        if (reason !== undefined && reason !== told) onProgress(reason);
        told = reason;
        return undefined;
      },
      signal,
    );
  }

  /** A pod whose node does not answer is never gone by itself: waiting for it would not end. */
  #refuseStuck(name: string, claim: Claim): (pod: Pod) => void {
    return (pod) => {
      const { reason, action } = standingOf({ claim, pod, now: this.#clock.now() });
      if (action === undefined || pod.metadata.deletionTimestamp === undefined) return;
      throw new SlipwayError('devenv.failed', `${name} does not end: ${reason ?? ''}.`, { action });
    };
  }

  #failed(name: string, reason: string | undefined, action: string | undefined): SlipwayError {
    return new SlipwayError(
      'devenv.failed',
      `${name} could not be started: ${(reason ?? 'nobody knows why').replace(/\.+$/, '')}.`,
      {
        ...(action !== undefined && { action }),
      },
    );
  }
}

/** @throws SlipwayError `spec.invalid` for a disk that would shrink */
function resizePatch(claim: Claim, spec: DevEnvSpec, settled: SettledDevEnv, diskSize: string | undefined) {
  const now = claim.spec?.resources?.requests.storage;
  const grows = diskSize !== undefined && diskSize !== now;
  if (grows && now !== undefined && parseSize(diskSize, 'diskSize') < parseSize(now, 'the claim')) {
    throw new SlipwayError(
      'spec.invalid',
      `The workspace of ${claim.metadata.name} has ${now}, and a disk cannot shrink.`,
      {
        action: `Give at least ${now}.`,
      },
    );
  }
  return {
    metadata: {
      resourceVersion: claim.metadata.resourceVersion,
      annotations: { [devEnvAnnotations.spec]: recordText(spec, settled) },
    },
    ...(grows && { spec: { resources: { requests: { storage: diskSize } } } }),
  };
}

/** What the API server says of a StorageClass that does not let its claims grow; other refusals stay as they are. */
function cannotGrow(claim: Claim, size: string, refusal: unknown): unknown {
  const message = apiFailureOf(refusal)?.message ?? '';
  if (!/only dynamically provisioned pvc can be resized/i.test(message)) return refusal;
  const { name } = claim.metadata;
  const storage = claim.spec?.storageClassName ?? '';
  return new SlipwayError(
    'cluster.refused',
    `The workspace of ${name} cannot grow to ${size}: the StorageClass ${storage} does not allow it.`,
    {
      action: 'Nothing was changed. Ask who looks after the cluster whether allowVolumeExpansion can be set there.',
      cause: refusal,
    },
  );
}
