import type * as z from 'zod';
import {
  unlessUnseen,
  listWhole,
  resources,
  type KubernetesApi,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import {
  claimSchema,
  claimsOf,
  eventSchema,
  nodeSchema,
  podIsPlaced,
  podIsTerminal,
  podSchema,
  type Claim,
  type ClusterEvent,
  type Node,
  type Pod,
} from '../observe/index.ts';

/** What tells why a pod does not run yet, as far as it may be read. */
export interface PendingFacts {
  readonly events: readonly ClusterEvent[];
  readonly claims: readonly Claim[];
  /** Undefined where nodes may not be read, or where nothing asks for them. */
  readonly nodes: readonly Node[] | undefined;
  /** What runs on nodes: of all spaces, or of this one alone where others may not be seen. */
  readonly nodePods: readonly Pod[] | undefined;
}

export const noPendingFacts: PendingFacts = { events: [], claims: [], nodes: undefined, nodePods: undefined };

/** So many names are asked for one by one. */
const mostLists = 3;

/** What is to be read to tell why pods wait. */
export interface PendingQuestions {
  /** Names of objects whose events are read. */
  readonly eventsOf: readonly string[];
  readonly claims: readonly string[];
  /** Nodes, and what runs on them. */
  readonly nodes: boolean;
}

/**
 * Events of the pods that wait; of one without a node also its claims and their events, and where no node takes it the nodes and what
 * runs on them. Where there is no pod, those of what it should come from tell most. Pure.
 * @param owners names of what makes the pods: the run and its TaskRuns
 */
export function pendingQuestions(owners: readonly string[], pods: readonly Pod[]): PendingQuestions {
  const waiting = pods.filter((pod) => !podIsTerminal(pod));
  const claims = waiting.filter((pod) => !podIsPlaced(pod)).flatMap(claimsOf);
  const names = waiting.length === 0 ? owners : waiting.map(({ metadata }) => metadata.name);
  const nodes = pods.some((pod) =>
    pod.status?.conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'False'),
  );
  return { eventsOf: [...new Set([...names, ...claims])], claims: [...new Set(claims)], nodes };
}

/** Of what was read for several, what answers these questions. Pure. */
export function answersTo(questions: PendingQuestions, facts: PendingFacts): PendingFacts {
  const claims = new Set(questions.claims);
  return {
    events: facts.events.filter(isAbout(questions.eventsOf)),
    claims: facts.claims.filter(({ metadata }) => claims.has(metadata.name)),
    nodes: questions.nodes ? facts.nodes : undefined,
    nodePods: questions.nodes ? facts.nodePods : undefined,
  };
}

function isAbout(names: readonly string[]): (event: ClusterEvent) => boolean {
  const named = new Set(names);
  return ({ involvedObject }) => named.has(involvedObject?.name ?? '');
}

/**
 * Reads what tells why pods wait. What may not be read is left out: the explanation is poorer then, not wrong.
 * @param owners names of what makes the pods: the run and its TaskRuns
 */
export async function readPendingFacts(
  api: KubernetesApi,
  owners: readonly string[],
  pods: readonly Pod[],
  signal: AbortSignal,
): Promise<PendingFacts> {
  return readAnswers(api, pendingQuestions(owners, pods), signal);
}

/** As `readPendingFacts`. */
export async function readAnswers(
  api: KubernetesApi,
  asked: PendingQuestions,
  signal: AbortSignal,
): Promise<PendingFacts> {
  const { namespace } = api.cluster;
  const reader = new Reader(api, signal);
  const [events, claims, nodes, nodePods] = await Promise.all([
    reader.eventsOf(asked.eventsOf),
    Promise.all(asked.claims.map((name) => reader.get(resources.persistentVolumeClaims, name, claimSchema))),
    asked.nodes ? reader.list(resources.nodes, nodeSchema, undefined, undefined) : undefined,
    asked.nodes ? reader.livePods(namespace) : undefined,
  ]);
  return {
    events,
    claims: claims.filter((claim) => claim !== undefined),
    nodes,
    nodePods,
  };
}

/** Reads what may be read. */
class Reader {
  readonly #api: KubernetesApi;
  readonly #signal: AbortSignal;

  constructor(api: KubernetesApi, signal: AbortSignal) {
    this.#api = api;
    this.#signal = signal;
  }

  async list<S extends z.ZodType>(
    type: ResourceType,
    schema: S,
    namespace: string | undefined,
    fieldSelector: string | undefined,
    keep?: (item: z.output<S>) => boolean,
  ): Promise<readonly z.output<S>[] | undefined> {
    return unlessUnseen(async () => {
      const options = fieldSelector === undefined ? {} : { fieldSelector };
      return listWhole(this.#api, { type, namespace }, options, schema, this.#signal, keep);
    });
  }

  /** A server reads all events of the space for each list of them, whatever is asked of it: for many names one list costs less. */
  async eventsOf(names: readonly string[]): Promise<readonly ClusterEvent[]> {
    const { namespace } = this.#api.cluster;
    const lists =
      names.length > mostLists
        ? [this.list(resources.events, eventSchema, namespace, undefined, isAbout(names))]
        : names.map((name) => this.list(resources.events, eventSchema, namespace, `involvedObject.name=${name}`));
    return (await Promise.all(lists)).flatMap((list) => list ?? []);
  }

  async livePods(namespace: string): Promise<readonly Pod[] | undefined> {
    const live = 'status.phase!=Succeeded,status.phase!=Failed';
    const everywhere = await this.list(resources.pods, podSchema, undefined, live);
    return everywhere ?? this.list(resources.pods, podSchema, namespace, live);
  }

  async get<S extends z.ZodType>(type: ResourceType, name: string, schema: S): Promise<z.output<S> | undefined> {
    const { namespace } = this.#api.cluster;
    return unlessUnseen(() => this.#api.get({ type, namespace, name }, schema, this.#signal));
  }
}
