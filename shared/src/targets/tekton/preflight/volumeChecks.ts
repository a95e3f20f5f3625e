import * as z from 'zod';
import { claimsOf, type Node, type Pod } from '../observe/index.ts';
import { warned, failed, type Finding } from './checker.ts';
import { refusalOf, type NodeWish } from './nodeChecks.ts';

const requirementSchema = z.object({
  key: z.string(),
  operator: z.string(),
  values: z.array(z.string()).default([]),
});
const termSchema = z.object({
  matchExpressions: z.array(requirementSchema).default([]),
  matchFields: z.array(requirementSchema).default([]),
});

/** What is read of a PersistentVolume: the nodes that can use it. */
export const volumeSchema = z.object({
  spec: z
    .object({
      nodeAffinity: z
        .object({ required: z.object({ nodeSelectorTerms: z.array(termSchema).default([]) }).optional() })
        .optional(),
    })
    .optional(),
});
export type Volume = z.output<typeof volumeSchema>;

/** A claim that is bound, and what is known of its surroundings; undefined where that may not be seen. */
export interface BoundClaim {
  readonly name: string;
  readonly accessModes: readonly string[];
  readonly volume: Volume | undefined;
  /** Those of the space that have not ended. */
  readonly pods: readonly Pod[] | undefined;
  readonly nodes: readonly Node[] | undefined;
}

const namesShown = 3;

/** What keeps a new pod from using a bound claim: another pod or node has its volume. Undefined where nothing does. Pure. */
export function judgeHold(claim: BoundClaim, wish: NodeWish): Finding | undefined {
  const { name, accessModes, pods = [] } = claim;
  const holder = pods.find((pod) => pod.spec?.nodeName !== undefined && claimsOf(pod).includes(name));
  if (accessModes.length > 0 && accessModes.every((mode) => mode === 'ReadWriteOncePod') && holder !== undefined) {
    return warned(
      `claim ${name} (ReadWriteOncePod) is in use by pod ${holder.metadata.name}`,
      'The run waits until that pod ends.',
    );
  }
  return judgePlace(claim, wish) ?? judgeHolder(claim, wish, holder);
}

/** A volume that only some nodes can use, and none of them takes the run. */
function judgePlace({ name, volume, nodes }: BoundClaim, wish: NodeWish): Finding | undefined {
  if (volume === undefined || nodes === undefined) return undefined;
  const reached = nodes.filter((node) => reaches(volume, node));
  if (reached.some((node) => refusalOf(wish, node) === undefined)) return undefined;
  // That no node takes the run at all is for the check of the nodes to tell.
  if (!nodes.some((node) => refusalOf(wish, node) === undefined)) return undefined;
  const fix = 'Name another claim, or ask the platform engineer for a volume where the run can go.';
  if (reached.length === 0) return failed(`the volume of claim ${name} is on no node that is there`, fix);
  const words = reached.slice(0, namesShown).map((node) => `${node.metadata.name} (${refusalOf(wish, node) ?? ''})`);
  const more = reached.length > namesShown ? ` and ${reached.length - namesShown} more` : '';
  return failed(`the volume of claim ${name} is on ${words.join(', ')}${more}, where the run cannot go`, fix);
}

/** A volume that one node at a time can use, and a pod has it on one that does not take the run. */
function judgeHolder({ name, accessModes, nodes }: BoundClaim, wish: NodeWish, holder: Pod | undefined) {
  if (holder === undefined || accessModes.length === 0 || accessModes.some((mode) => mode !== 'ReadWriteOnce')) {
    return undefined;
  }
  const node = nodes?.find(({ metadata }) => metadata.name === holder.spec?.nodeName);
  const refusal = node === undefined ? undefined : refusalOf(wish, node);
  if (node === undefined || refusal === undefined) return undefined;
  return warned(
    `claim ${name} (ReadWriteOnce) is in use on node ${node.metadata.name} by pod ${holder.metadata.name}, where the run cannot go (${refusal})`,
    'The run waits until that pod ends.',
  );
}

/** Whether a node can use a volume; terms are alternatives, what one asks for holds together. */
function reaches({ spec }: Volume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  if (required === undefined) return true;
  const { name, labels } = node.metadata;
  return required.nodeSelectorTerms.some(
    ({ matchExpressions, matchFields }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((each) => holds(each, labels[each.key])) &&
      matchFields.every((each) => holds(each, each.key === 'metadata.name' ? name : undefined)),
  );
}

function holds({ operator, values }: z.output<typeof requirementSchema>, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      // An operator of a later version: the scheduler knows better.
      return true;
  }
}
