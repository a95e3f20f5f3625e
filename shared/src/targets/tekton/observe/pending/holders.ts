import { labels } from '../../../../pipeline/index.ts';
import { podIsTerminal } from '../conditions.ts';
import type { Pod } from '../schemas/index.ts';
import { enumerate, line } from '../text.ts';
import { requestOf } from './amounts.ts';
import { startOf } from './placement.ts';

const namesShown = 3;

/** "held by devenv-bob, vision/train-7f3a and c": what holds some of a resource, the longest first; undefined for nobody. */
export function holderWords(pods: readonly Pod[], resource: string, waiting: Pod): string | undefined {
  const holders = pods
    .filter((pod) => pod.spec?.nodeName !== undefined && !podIsTerminal(pod) && requestOf(pod, resource) > 0)
    .toSorted((a, b) => startOf(a) - startOf(b));
  const names = [...new Set(holders.map((pod) => holderName(pod, waiting)))];
  if (names.length === 0) return undefined;
  if (names.length <= namesShown) return `held by ${enumerate(names)}`;
  return `held by ${names.length} pods, among them ${enumerate(names.slice(0, namesShown))}`;
}

/** By what people know it: a run by its name, a DevEnv and everything else by the pod's. */
function holderName({ metadata }: Pod, waiting: Pod): string {
  const name = metadata.labels[labels.run] ?? metadata.labels['tekton.dev/pipelineRun'] ?? metadata.name;
  const { namespace } = metadata;
  return line(namespace === undefined || namespace === waiting.metadata.namespace ? name : `${namespace}/${name}`);
}
