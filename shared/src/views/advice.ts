import type { Run, StepName } from '../protocol/index.ts';
import type { Words } from './words/index.ts';

/** Where the name of a run stands in a command. */
const name = String.raw`\S+`;

/**
 * An advice as an editor gives it: a command that one of its buttons is for is called what the button is called. Other text stays
 * as it is. Pure.
 * @param advice of a diagnosis, which names commands of `slipway`
 */
export function adviceInEditor(advice: string, { panels: { actions, finding, tabs } }: Words): string {
  return advice
    .replaceAll(new RegExp(`slipway retry ${name} --from (\\S+)`, 'g'), (_, step: string) => actions.retryFrom(step))
    .replaceAll(new RegExp(`slipway retry ${name}`, 'g'), actions.retry)
    .replaceAll(new RegExp(`slipway rerun ${name} --edit`, 'g'), actions.editAndRerun)
    .replaceAll(new RegExp(`slipway logs ${name}(?: --step \\S+)?`, 'g'), finding.showLog)
    .replaceAll(new RegExp(`slipway artifacts open ${name} \\S+`, 'g'), tabs.artifacts);
}

/** The step from which a run should be tried again, as its diagnosis first says; undefined where it says nothing of that. */
export function advisedStep(run: Run): StepName | undefined {
  for (const fix of run.diagnosis?.fixes ?? []) {
    const step = new RegExp(`slipway retry ${name} --from (\\S+)`).exec(fix)?.[1];
    if (step !== undefined) return step;
  }
  return undefined;
}
