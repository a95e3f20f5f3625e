import * as z from 'zod';
import { amountOf } from '../../../protocol/index.ts';
import { amountWords } from './amountWords.ts';
import { failed, passed, warned, type Finding } from './checker.ts';

const amounts = z.record(z.string(), z.coerce.string()).default({});

export const quotaSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ hard: amounts, used: amounts }).default({ hard: {}, used: {} }),
});
export type Quota = z.output<typeof quotaSchema>;

/** From here on a quota is nearly used up. */
const warnedShare = 0.9;

/**
 * Whether a quota leaves room for what a run takes. Pure.
 * @param takes amounts by the resource names of quotas: `requests.nvidia.com/gpu`, `limits.memory`, `pods`
 */
export function judgeQuotas(quotas: readonly Quota[], takes: ReadonlyMap<string, number>): Finding {
  const full: string[] = [];
  const near: string[] = [];
  for (const { metadata, status } of quotas) {
    for (const [resource, text] of Object.entries(status.hard)) {
      const hard = amountOf(text);
      const take = takes.get(resource);
      if (hard === undefined || take === undefined || take === 0) continue;
      const used = amountOf(status.used[resource]) ?? 0;
      const words = `${resource} of quota ${metadata.name}: ${amountWords(resource, used)} of ${amountWords(resource, hard)} used, the run takes ${amountWords(resource, take)}`;
      if (used + take > hard) full.push(words);
      else if (used + take > hard * warnedShare) near.push(words);
    }
  }
  const fix = 'Wait until another run ends, choose a smaller instance type, or ask for a larger quota.';
  if (full.length > 0) return failed(full.join('; '), fix);
  if (near.length > 0) return warned(near.join('; '), fix);
  return passed(quotas.length === 0 ? 'no quota in this space' : 'room for the run');
}

const containerSchema = z.object({ resources: z.object({ requests: amounts, limits: amounts }).partial().default({}) });
const podSchema = z.object({ spec: z.object({ containers: z.array(containerSchema) }) });

/** What a pod takes of quotas: containers add up, and where only a limit is set it is the request too. Pure. */
export function takesOf(pod: unknown, claims: readonly { readonly storage: string }[]): ReadonlyMap<string, number> {
  const takes = new Map<string, number>([
    ['pods', 1],
    ['count/pods', 1],
    ['count/pipelineruns.tekton.dev', 1],
  ]);
  const add = (name: string, quantity: string): void => {
    takes.set(name, (takes.get(name) ?? 0) + (amountOf(quantity) ?? 0));
  };
  for (const { resources } of podSchema.parse(pod).spec.containers) {
    const limits = resources.limits ?? {};
    for (const [name, quantity] of Object.entries({ ...limits, ...resources.requests })) {
      add(`requests.${name}`, quantity);
      if (name === 'cpu' || name === 'memory') add(name, quantity);
    }
    for (const [name, quantity] of Object.entries(limits)) add(`limits.${name}`, quantity);
  }
  for (const { storage } of claims) {
    add('requests.storage', storage);
    add('persistentvolumeclaims', '1');
  }
  return takes;
}
