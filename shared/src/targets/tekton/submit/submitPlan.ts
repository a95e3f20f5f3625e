/**
 * The order in which a submission writes to the cluster, as data. Whatever comes after a step may rely on it, and whatever
 * was done before a failure is taken back in the opposite order. Decision 10: inputs, PipelineRun (after a dry run),
 * ownerReferences. The dry run stands at the very front, so that a refused run has uploaded nothing.
 */
export type SubmitStep = 'dryRun' | 'shared' | 'inputs' | 'volume' | 'upload' | 'pipelineRun' | 'own';

/** What a submission needs beyond the ConfigMap of its inputs. */
export interface SubmitNeeds {
  /** A claim of its own is to be made. */
  readonly claim: boolean;
  /** Some inputs are too large for the ConfigMap. */
  readonly upload: boolean;
}

/** Groups of steps, one after the other; the steps of a group do not wait for each other. */
export function submitPlan(needs: SubmitNeeds): readonly (readonly SubmitStep[])[] {
  return [
    // The step scripts are shared by all runs: it does no harm if they are there for a run that is refused.
    ['dryRun', 'shared'],
    // The inputs hold run.json, and so the name.
    ['inputs', ...(needs.claim ? (['volume'] as const) : [])],
    ...(needs.upload ? ([['upload']] as const) : []),
    ['pipelineRun'],
    ['own'],
  ];
}

/** An object that this submission made, in this incarnation. */
export interface MadeObject {
  readonly kind: 'inputs' | 'volume' | 'upload' | 'pipelineRun';
  readonly name: string;
  /** Undefined where the answer to the request was lost, so that it may or may not be there. */
  readonly uid: string | undefined;
}

export type UndoStep = { readonly kind: 'clearFolder' } | { readonly kind: 'delete'; readonly object: MadeObject };

/**
 * How to take back what was made. The PipelineRun goes first, so that nothing starts on inputs that are about to go; what was
 * uploaded to a claim that stays goes before the pod through which it came.
 */
export function undoPlan(made: readonly MadeObject[]): readonly UndoStep[] {
  const order = ['pipelineRun', 'upload', 'volume', 'inputs'] as const;
  const deletions = order.flatMap((kind) => made.filter((object) => object.kind === kind));
  const uploaded = made.some(({ kind }) => kind === 'upload');
  const ownVolume = made.some(({ kind }) => kind === 'volume');
  const steps = deletions.map((object): UndoStep => ({ kind: 'delete', object }));
  if (!uploaded || ownVolume) return steps;
  const before = deletions.findIndex(({ kind }) => kind === 'upload');
  return [...steps.slice(0, before), { kind: 'clearFolder' }, ...steps.slice(before)];
}
