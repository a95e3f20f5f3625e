import type { KubernetesApi, ListOptions, ResourcePath } from '../../../kubernetes/index.ts';
import { labels } from '../../../pipeline/index.ts';
import { pipelineRunSchema, type PipelineRun } from '../observe/index.ts';

const readersAtOnce = 8;
/** So many names make an address that every proxy takes. */
const namesAtOnce = 60;
/** Of the value of a label. Source: Kubernetes, "Labels and Selectors". */
const longestLabel = 63;

/** Reads the runs that a selector names. */
type Listing = (selector: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>) => Promise<readonly PipelineRun[]>;

/**
 * PipelineRuns by their names, in no order; those that are gone are left out.
 * @param resourceVersion they are no older than this
 * @throws SlipwayError as `KubernetesApi.list`
 */
export async function readRuns(
  api: KubernetesApi,
  path: ResourcePath,
  names: readonly string[],
  resourceVersion: string,
  signal: AbortSignal,
): Promise<PipelineRun[]> {
  const list: Listing = async (selector) =>
    (await api.list(path, { ...selector, resourceVersion }, pipelineRunSchema, signal)).items;
  const ours = await readOurs(names, list);
  const seen = new Set(ours.map(({ metadata }) => metadata.name));
  const left = names.filter((name) => !seen.has(name));
  return [...ours, ...(await readByName(left, list))];
}

/** Our runs carry their names as a label, so that many come with one request. */
async function readOurs(names: readonly string[], list: Listing): Promise<PipelineRun[]> {
  const possible = names.filter((name) => name.length <= longestLabel);
  const wanted = new Set(possible);
  const pages = Array.from({ length: Math.ceil(possible.length / namesAtOnce) }, (_, index) => {
    const some = possible.slice(index * namesAtOnce, (index + 1) * namesAtOnce);
    return list({ labelSelector: `${labels.run} in (${some.join(',')})` });
  });
  const found = (await Promise.all(pages)).flat();
  // Anybody may write any label on runs of their own.
  return found.filter(({ metadata }) => wanted.delete(metadata.name));
}

/** Each by its own, from the server's memory: a list by name costs it far less than a read from its store. */
async function readByName(names: readonly string[], list: Listing): Promise<PipelineRun[]> {
  const found: PipelineRun[] = [];
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      found.push(...(await list({ fieldSelector: `metadata.name=${name}` })));
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readOn));
  return found;
}
