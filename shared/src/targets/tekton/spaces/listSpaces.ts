import * as z from 'zod';
import {
  listWhole,
  resources,
  unlessForbidden,
  unlessUnseen,
  type KubernetesApi,
  type ResourceType,
} from '../../../kubernetes/index.ts';
import type { Space } from '../../../protocol/index.ts';
import type { SpaceList } from '../../runTarget.ts';
import { nodeSchema, podSchema } from '../observe/index.ts';
import { devicesOf, quotaSchema, readAll, verbsHere, verbWords, type RequiredVerb } from '../preflight/index.ts';
import { isAllowed, isAllowedBy, reviewRules } from '../rights/index.ts';
import { listedSpaces, spaceCandidates, type SpaceHints } from './candidates.ts';

const projects: ResourceType = {
  group: 'project.openshift.io',
  version: 'v1',
  kind: 'Project',
  plural: 'projects',
  namespaced: false,
};
const named = z.object({ metadata: z.object({ name: z.string() }) });
const live = 'status.phase!=Succeeded,status.phase!=Failed';
/** More spaces than this are not looked at. */
const most = 100;
const atOnce = 6;

/**
 * The spaces that this person may use: those they may list, else those that the hints name; each with what may be done there,
 * what its quotas leave, and how many GPUs the cluster has free.
 */
export async function listSpaces(
  api: KubernetesApi,
  hints: SpaceHints,
  gpuResource: string,
  signal: AbortSignal,
): Promise<SpaceList> {
  const [listed, verbs, gpus] = await Promise.all([
    listNamespaces(api, signal),
    verbsHere(api, signal),
    gpusOf(api, gpuResource, signal),
  ]);
  const all = listed === undefined ? spaceCandidates(hints) : listedSpaces(listed, hints);
  const asked = new Set([hints.current, ...hints.named]);
  const names = all.slice(0, most);
  const spaces: Space[] = [];
  for (let at = 0; at < names.length; at += atOnce) {
    const some = names.slice(at, at + atOnce).map((name) => lookAt(api, name, verbs, signal));
    for (const { canStart, ...space } of await Promise.all(some)) {
      // Where nothing can be started, however much may be read, is no space of theirs, unless somebody said so.
      if (!canStart && !asked.has(space.name)) continue;
      spaces.push({ ...space, current: space.name === hints.current, ...gpus });
    }
  }
  return { spaces, notes: notesOf(listed !== undefined, all.length, gpus) };
}

/** Undefined where this person may list neither namespaces nor projects. */
async function listNamespaces(api: KubernetesApi, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const found =
    (await unlessForbidden(() => listWhole(api, { type: resources.namespaces }, {}, named, signal))) ??
    (await unlessUnseen(() => listWhole(api, { type: projects }, {}, named, signal)));
  return found?.map(({ metadata }) => metadata.name);
}

async function lookAt(
  api: KubernetesApi,
  namespace: string,
  verbs: readonly RequiredVerb[],
  signal: AbortSignal,
): Promise<Omit<Space, 'current'> & { readonly canStart: boolean }> {
  const missing = await missingIn(api, namespace, verbs, signal);
  const mayDo = verbs.length - missing.length;
  const quota = mayDo === 0 ? [] : await quotaOf(api, namespace, signal);
  const canStart = verbs.some((verb) => verb.verb === 'create' && verb.essential && !missing.includes(verb));
  return { canStart, name: namespace, allowed: mayDo, asked: verbs.length, missing: missing.map(verbWords), quota };
}

/** One request tells of all rights; only what an authorizer could not list is asked for by itself. */
async function missingIn(
  api: KubernetesApi,
  namespace: string,
  verbs: readonly RequiredVerb[],
  signal: AbortSignal,
): Promise<readonly RequiredVerb[]> {
  const { resourceRules, incomplete } = await reviewRules(api, namespace, signal);
  const missing = verbs.filter((verb) => !isAllowedBy(resourceRules, verb));
  if (missing.length === 0 || !incomplete) return missing;
  const [first, ...others] = missing;
  if (first === undefined || (missing.length === verbs.length && !(await isAllowed(api, first, namespace, signal)))) {
    return missing;
  }
  const asked = missing.length === verbs.length ? others : missing;
  const answers = await Promise.all(asked.map((verb) => isAllowed(api, verb, namespace, signal)));
  return asked.filter((_, index) => answers[index] !== true);
}

async function quotaOf(api: KubernetesApi, namespace: string, signal: AbortSignal): Promise<Space['quota']> {
  const quotas = await readAll(api, resources.resourceQuotas, quotaSchema, { namespace }, signal);
  return (quotas ?? []).flatMap(({ status }) =>
    Object.entries(status.hard).map(([resource, hard]) => ({ resource, used: status.used[resource] ?? '0', hard })),
  );
}

async function gpusOf(
  api: KubernetesApi,
  resource: string,
  signal: AbortSignal,
): Promise<Pick<Space, 'gpus' | 'gpusFree'>> {
  const nodes = await readAll(api, resources.nodes, nodeSchema, {}, signal);
  if (nodes === undefined) return {};
  const pods = await readAll(api, resources.pods, podSchema, { fieldSelector: live }, signal);
  const { total, free } = devicesOf(resource, nodes, pods ?? []);
  return { gpus: total, ...(pods !== undefined && { gpusFree: Math.max(0, free) }) };
}

function notesOf(listed: boolean, all: number, { gpus, gpusFree }: Pick<Space, 'gpus' | 'gpusFree'>): string[] {
  const notes: string[] = [];
  if (!listed) {
    notes.push('You may not list namespaces: these are the ones that the context, its profile and your groups name.');
  }
  if (all > most) notes.push(`Only the first ${most} of ${all} namespaces were looked at.`);
  if (gpus === undefined) notes.push('You may not see nodes, so nobody can say how many GPUs are free.');
  else if (gpusFree === undefined)
    notes.push('You may not see the pods of others, so nobody can say how many GPUs are free.');
  return notes;
}
