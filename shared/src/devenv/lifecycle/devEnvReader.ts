import { listWhole, readContainerLog, type Clock } from '../../kubernetes/index.ts';
import { labels, managedBy } from '../../pipeline/index.ts';
import { SlipwayError, type DevEnv, type DevEnvSpec } from '../../protocol/index.ts';
import type { Claim, Pod, PodReading } from '../../targets/index.ts';
import type { SpaceAccess } from '../access.ts';
import { parseRecord, settleDevEnv, type SettledDevEnv } from '../manifests/index.ts';
import { devEnvAnnotations, devEnvContainer, devEnvLabel, nameMeant } from '../names/index.ts';
import { DevEnvObjects } from './clusterObjects.ts';
import { describeDevEnv } from './describeDevEnv.ts';
import { standingOf, type Standing } from './devEnvState.ts';
import { LastEnds } from './lastEnds.ts';
import type { LiveStatuses } from './liveStatus.ts';
import { checkOurs, isKept } from './ownership.ts';
import { PendingWords } from './pendingWords.ts';

export interface ReaderOptions {
  readonly access: SpaceAccess;
  readonly reading: PodReading;
  readonly statuses: LiveStatuses;
  readonly clock: Clock;
  /** Told of failures that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Claims and pods of DevEnvs; a claim that is kept of a deleted one is none. */
export const devEnvSelector = `${labels.managedBy}=${managedBy},${devEnvLabel}`;

/** What the cluster knows of a DevEnv. */
export interface FoundDevEnv {
  readonly name: string;
  /** Who asks. */
  readonly user: string;
  readonly claim: Claim;
  readonly pod: Pod | undefined;
}

/** Reads the DevEnvs of a space. */
export class DevEnvReader {
  readonly objects: DevEnvObjects;
  readonly lastEnds: LastEnds;
  readonly #access: SpaceAccess;
  readonly #reading: PodReading;
  readonly #statuses: LiveStatuses;
  readonly #clock: Clock;
  readonly #pendings: PendingWords;
  #user: Promise<string> | undefined;

  constructor({ access, reading, statuses, clock, onError }: ReaderOptions) {
    this.#access = access;
    this.#reading = reading;
    this.#statuses = statuses;
    this.#clock = clock;
    this.objects = new DevEnvObjects(access.api, reading);
    this.lastEnds = new LastEnds({ objects: this.objects, clock, onError });
    this.#pendings = new PendingWords(clock.now);
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
    const options = { labelSelector: devEnvSelector };
    const [, claims, pods] = await Promise.all([
      this.user(signal),
      listWhole(api, this.objects.claimPath(), options, this.#reading.claimSchema, signal),
      listWhole(api, this.objects.podPath(), options, this.#reading.podSchema, signal),
    ]);
    const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
    const described = claims.map((claim) => this.describe(claim, byName.get(claim.metadata.name), false, signal));
    return (await Promise.all(described)).filter((devEnv) => devEnv !== undefined);
  }

  /** @throws SlipwayError `devenv.notFound`, `devenv.conflict` for a claim that is none of ours */
  async find(asked: string, signal: AbortSignal, alsoKept = false): Promise<FoundDevEnv> {
    const user = await this.user(signal);
    const name = nameMeant(user, asked);
    const [claim, pod] = await Promise.all([this.objects.claim(name, signal), this.objects.pod(name, signal)]);
    if (claim === undefined || (isKept(claim) && !alsoKept)) throw this.#notFound(name, claim);
    checkOurs(claim, 'claim', name);
    return { name, user, claim, pod };
  }

  /** With how idle it is and how full its disk. @throws as `find` */
  async get(asked: string, signal: AbortSignal): Promise<DevEnv> {
    const { name, claim, pod } = await this.find(asked, signal);
    const devEnv = await this.describe(claim, pod, true, signal);
    if (devEnv === undefined) throw this.#notFound(name, undefined);
    return devEnv;
  }

  /**
   * A DevEnv as it is shown; undefined for one of which nothing but the end of its claim is left.
   * @param live ask its pod how idle it is and how full its disk
   */
  async describe(claim: Claim, pod: Pod | undefined, live: boolean, signal: AbortSignal): Promise<DevEnv | undefined> {
    if (claim.metadata.deletionTimestamp !== undefined && pod === undefined) return undefined;
    const { context, api, profile } = this.#access;
    const [user, standing] = await Promise.all([this.user(signal), this.standing(claim, pod, signal)]);
    const uid = pod?.metadata.uid;
    const isAsked = live && standing.state === 'running' && uid !== undefined;
    return describeDevEnv({
      context,
      namespace: api.cluster.namespace,
      user,
      claim,
      pod,
      standing,
      live: isAsked ? await this.#statuses.read(api, claim.metadata.name, uid, signal) : undefined,
      settled: settledOrNot(wishesOf(claim), profile),
    });
  }

  /** How it stands, with a look at what tells why where it does not come up. */
  async standing(claim: Claim, pod: Pod | undefined, signal: AbortSignal): Promise<Standing> {
    const facts = { claim, pod, now: this.#clock.now() };
    const first = standingOf(facts);
    if (pod === undefined || (first.state !== 'starting' && first.state !== 'failed')) return first;
    if (pod.status?.phase === 'Failed') return first;
    const [pending, lastWords] = await Promise.all([
      this.#pendings.of(pod, () => this.#pending(pod, signal)),
      first.state === 'failed' ? this.#lastWords(pod, signal) : undefined,
    ]);
    return standingOf({ ...facts, pending, lastWords });
  }

  async #pending(pod: Pod, signal: AbortSignal): Promise<string | undefined> {
    const facts = await this.#reading.readPendingFacts(this.#access.api, [], [pod], signal);
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

  #notFound(name: string, kept: Claim | undefined): SlipwayError {
    const { context } = this.#access;
    return new SlipwayError('devenv.notFound', `There is no DevEnv ${name} in the context ${context}.`, {
      action:
        kept === undefined
          ? 'List the DevEnvs to see their names, or create one.'
          : 'It was deleted, and its workspace was kept: create it anew to have it back.',
    });
  }
}

/** What a DevEnv was asked to be. */
export function wishesOf(claim: Claim): DevEnvSpec {
  return parseRecord(claim.metadata.annotations[devEnvAnnotations.spec]).spec;
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
