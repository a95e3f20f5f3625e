import * as z from 'zod';
import {
  apiFailureOf,
  isAlreadyExists,
  isConflict,
  isForbidden,
  listWhole,
  readContainerLog,
  type Clock,
  type Random,
} from '../../kubernetes/index.ts';
import { labels, managedBy, parseSize } from '../../pipeline/index.ts';
import { SlipwayError, type DevEnv, type DevEnvSpec } from '../../protocol/index.ts';
import type { Claim, Pod, PodReading } from '../../targets/index.ts';
import type { SpaceAccess } from '../access.ts';
import { makeSshKey } from '../keys/index.ts';
import {
  devEnvText,
  parseRecord,
  recordText,
  renderClaim,
  renderPod,
  renderSecret,
  settleDevEnv,
  type DevEnvInput,
  type SettledDevEnv,
} from '../manifests/index.ts';
import { devEnvAnnotations, devEnvContainer, devEnvLabel, keptLabel, nameMeant, newName } from '../names/index.ts';
import { DevEnvObjects, secretSchema } from './clusterObjects.ts';
import { describeDevEnv } from './describeDevEnv.ts';
import { isOver, standingOf, type Standing } from './devEnvState.ts';
import type { LiveStatuses } from './liveStatus.ts';
import { checkOurs, isKept, ownerOf } from './ownership.ts';
import { PodLife } from './podLife.ts';

export interface SpaceOptions {
  readonly access: SpaceAccess;
  readonly reading: PodReading;
  readonly statuses: LiveStatuses;
  readonly clock: Clock;
  readonly random: Random;
}

const anything = z.unknown();
const selector = `${labels.managedBy}=${managedBy},${devEnvLabel}`;
/** How often a write is tried again that somebody else's came before. */
const tries = 5;

/** The DevEnvs of a space, from making one to deleting it. */
export class SpaceDevEnvs {
  readonly #access: SpaceAccess;
  readonly #reading: PodReading;
  readonly #statuses: LiveStatuses;
  readonly #clock: Clock;
  readonly #objects: DevEnvObjects;
  readonly #pods: PodLife;
  #user: Promise<string> | undefined;

  constructor({ access, reading, statuses, clock, random }: SpaceOptions) {
    this.#access = access;
    this.#reading = reading;
    this.#statuses = statuses;
    this.#clock = clock;
    this.#objects = new DevEnvObjects(access.api, reading);
    this.#pods = new PodLife(this.#objects, reading, clock, random);
  }

  /** Whom the cluster knows. */
  async user(signal: AbortSignal): Promise<string> {
    this.#user ??= this.#reading.whoAmI(this.#access.api, signal).then(({ user }) => user);
    try {
      return await this.#user;
    } catch (error) {
      this.#user = undefined;
      throw error;
    }
  }

  async list(signal: AbortSignal): Promise<readonly DevEnv[]> {
    const { api } = this.#access;
    const [user, claims, pods] = await Promise.all([
      this.user(signal),
      listWhole(api, this.#objects.claimPath(), { labelSelector: selector }, this.#reading.claimSchema, signal),
      listWhole(api, this.#objects.podPath(), { labelSelector: selector }, this.#reading.podSchema, signal),
    ]);
    const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    return Promise.all(
      claims
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined || byName.has(metadata.name))
        .map(async (claim) => {
          const pod = byName.get(claim.metadata.name);
          return this.#describe(user, claim, pod, await this.#standing(claim, pod, signal), false, signal);
        }),
    );
  }

  async get(asked: string, signal: AbortSignal): Promise<DevEnv> {
    const { user, claim, pod } = await this.#find(asked, signal);
    return this.#describe(user, claim, pod, await this.#standing(claim, pod, signal), true, signal);
  }

  async manifest(asked: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<string> {
    const user = await this.user(signal);
    return devEnvText(this.#input(nameMeant(user, asked), user, spec));
  }

  /** Makes Secret and claim; whatever a create that broke off has left is taken up. */
  async create(asked: string | undefined, spec: DevEnvSpec, signal: AbortSignal): Promise<DevEnv> {
    const user = await this.user(signal);
    const name = newName(user, asked);
    const input = this.#input(name, user, spec);
    const there = await this.#objects.claim(name, signal);
    if (there !== undefined) this.#checkFree(there, name, user);
    await this.#secret(input, undefined, signal);
    const claim = await this.#claim(input, there, signal);
    await this.#secret(input, claim, signal);
    return this.#describe(
      user,
      claim,
      undefined,
      standingOf({ claim, pod: undefined, now: this.#clock.now() }),
      false,
      signal,
    );
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
    const { name, user, claim } = await this.#find(asked, signal);
    await this.#begin(name, user, claim, (text) => onProgress(name, text), signal);
    if (!wait) return this.get(name, signal);
    await this.#untilRunning(name, claim, (text) => onProgress(name, text), signal);
    return this.get(name, signal);
  }

  async stop(asked: string, signal: AbortSignal): Promise<DevEnv> {
    const { name, pod } = await this.#find(asked, signal);
    if (pod !== undefined) await this.#pods.end(name, pod, signal);
    return this.get(name, signal);
  }

  async resize(asked: string, changes: DevEnvSpec, signal: AbortSignal): Promise<DevEnv> {
    for (let left = tries; ; left -= 1) {
      const { name, user, claim } = await this.#find(asked, signal);
      const spec = { ...parseRecord(claim.metadata.annotations[devEnvAnnotations.spec]).spec, ...changes };
      const { settled } = this.#input(name, user, spec);
      try {
        await this.#objects.api.patch(
          this.#objects.claimPath(name),
          resizePatch(claim, spec, settled, changes.diskSize),
          { kind: 'merge' },
          anything,
          signal,
        );
        return await this.get(name, signal);
      } catch (error) {
        if (isForbidden(error) && changes.diskSize !== undefined) throw cannotGrow(claim, changes.diskSize, error);
        if (!isConflict(error) || left <= 1) throw error;
      }
    }
  }

  /** The claim goes, or loses its label, last: until then it is listed, and deleting it again does the rest. */
  async delete(asked: string, workspace: boolean, signal: AbortSignal): Promise<void> {
    const { name, claim, pod } = await this.#find(asked, signal, workspace);
    if (pod !== undefined) await this.#pods.end(name, pod, signal);
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
    const patch = { metadata: { labels: { [devEnvLabel]: null, [keptLabel]: name } } };
    await this.#objects.api.patch(this.#objects.claimPath(name), patch, { kind: 'merge' }, anything, signal);
  }

  #input(name: string, user: string, spec: DevEnvSpec): DevEnvInput {
    const { api, profile } = this.#access;
    return { name, namespace: api.cluster.namespace, user, spec, settled: settleDevEnv(spec, profile), profile };
  }

  /** @throws SlipwayError `devenv.notFound`, `devenv.conflict` for a claim that is none of ours */
  async #find(asked: string, signal: AbortSignal, alsoKept = false) {
    const user = await this.user(signal);
    const name = nameMeant(user, asked);
    const [claim, pod] = await Promise.all([this.#objects.claim(name, signal), this.#objects.pod(name, signal)]);
    if (claim === undefined || (isKept(claim) && !alsoKept)) throw this.#notFound(name, claim);
    checkOurs(claim, 'claim', name);
    return { name, user, claim, pod };
  }

  #notFound(name: string, kept: Claim | undefined): SlipwayError {
    const { context } = this.#access;
    return new SlipwayError('devenv.notFound', `There is no DevEnv ${name} in the context ${context}.`, {
      action:
        kept === undefined
          ? 'List the DevEnvs to see their names, or create one.'
          : 'It was deleted, and its workspace was kept: create it anew to have it back.',
    });
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
    if (kept === undefined) return api.create(this.#objects.claimPath(), renderClaim(input), {}, claimSchema, signal);
    const { name, spec, settled } = input;
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
      const standing = await this.#standing(claim, pod, signal);
      const ending = pod.metadata.deletionTimestamp !== undefined;
      if (!ending && !isOver(standing, pod)) return;
      if (ending) onProgress('waiting until its last pod has ended');
      await this.#pods.end(name, pod, signal);
    }
    const spec = parseRecord(claim.metadata.annotations[devEnvAnnotations.spec]).spec;
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
        const standing = await this.#standing(claim, pod, signal);
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

  #failed(name: string, reason: string | undefined, action: string | undefined): SlipwayError {
    return new SlipwayError(
      'devenv.failed',
      `${name} could not be started: ${(reason ?? 'nobody knows why').replace(/\.+$/, '')}.`,
      {
        ...(action !== undefined && { action }),
      },
    );
  }

  /** How it stands, with a look at what tells why where it does not come up. */
  async #standing(claim: Claim, pod: Pod | undefined, signal: AbortSignal): Promise<Standing> {
    const facts = { claim, pod, now: this.#clock.now() };
    const first = standingOf(facts);
    if (pod === undefined || (first.state !== 'starting' && first.state !== 'failed')) return first;
    if (pod.status?.phase === 'Failed') return first;
    const [pending, lastWords] = await Promise.all([
      this.#pending(pod, signal),
      first.state === 'failed' ? this.#lastWords(pod, signal) : undefined,
    ]);
    return standingOf({ ...facts, pending, lastWords });
  }

  async #pending(pod: Pod, signal: AbortSignal): Promise<string | undefined> {
    const facts = await this.#reading.readPendingFacts(this.#access.api, [pod.metadata.name], [pod], signal);
    const { events, claims, nodes = [], nodePods = [] } = facts;
    return this.#reading.explainPod(pod, { events, claims, nodes, nodePods, now: this.#clock.now() });
  }

  /** The last line that the container said before it broke off; undefined where that cannot be read. */
  async #lastWords(pod: Pod, signal: AbortSignal): Promise<string | undefined> {
    const { api } = this.#access;
    const container = { namespace: api.cluster.namespace, pod: pod.metadata.name, container: devEnvContainer };
    try {
      const log = await readContainerLog(api, container, { previous: true, tailLines: 5, limitBytes: 8_192 }, signal);
      const parts: Uint8Array[] = [];
      for await (const part of log) parts.push(part);
      const lines = Buffer.concat(parts).toString('utf8').split('\n');
      return lines.map((text) => text.trim()).findLast((text) => text !== '');
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  async #describe(
    user: string,
    claim: Claim,
    pod: Pod | undefined,
    standing: Standing,
    live: boolean,
    signal: AbortSignal,
  ): Promise<DevEnv> {
    const { context, api, profile } = this.#access;
    const uid = pod?.metadata.uid;
    const asksIt = live && standing.state === 'running' && uid !== undefined;
    return describeDevEnv({
      context,
      namespace: api.cluster.namespace,
      user,
      claim,
      pod,
      standing,
      live: asksIt ? await this.#statuses.read(api, claim.metadata.name, uid, signal) : undefined,
      settled: settledOrNot(parseRecord(claim.metadata.annotations[devEnvAnnotations.spec]).spec, profile),
    });
  }
}

/** What the wishes come to now; undefined where the profile does not know them any more. */
function settledOrNot(...parameters: Parameters<typeof settleDevEnv>): SettledDevEnv | undefined {
  try {
    return settleDevEnv(...parameters);
  } catch (error) {
    if (SlipwayError.is(error)) return undefined;
    throw error;
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
