import type * as z from 'zod';
import type { KubernetesApi, ListOptions, ResourcePath } from '../../../kubernetes/index.ts';
import { labels } from '../../../pipeline/index.ts';

const readersAtOnce = 8;
/** So many names make an address that every proxy takes. */
const namesAtOnce = 60;
/** Of the value of a label. Source: Kubernetes, "Labels and Selectors". */
const longestLabel = 63;

type Named = z.ZodType<{ readonly metadata: { readonly name: string } }>;

/** Reads the runs that a selector names. */
type Listing<S extends Named> = (
  selector: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
) => Promise<readonly z.output<S>[]>;

/**
 * PipelineRuns by their names, in no order; those that are gone are left out.
 * @param resourceVersion they are no older than this; default: as they are now
 * @throws SlipwayError as `KubernetesApi.list`
 */
export async function readRuns<S extends Named>(
  api: KubernetesApi,
  path: ResourcePath,
  names: readonly string[],
  resourceVersion: string | undefined,
  schema: S,
  signal: AbortSignal,
): Promise<z.output<S>[]> {
  const asOf = resourceVersion === undefined ? {} : { resourceVersion };
  const list: Listing<S> = async (selector) => (await api.list(path, { ...selector, ...asOf }, schema, signal)).items;
  const ours = await readOurs(names, list);
  const seen = new Set(ours.map(({ metadata }) => metadata.name));
  const left = names.filter((name) => !seen.has(name));
  return [...ours, ...(await readByName(left, list))];
}

/** Selectors of what has one of these names as a label, for a list each. A name that can be no label would have the server refuse it. */
export function selectorsOf(label: string, names: readonly string[]): string[] {
  const possible = names.filter((name) => name.length <= longestLabel);
  return Array.from({ length: Math.ceil(possible.length / namesAtOnce) }, (_, index) => {
    const some = possible.slice(index * namesAtOnce, (index + 1) * namesAtOnce);
    return `${label} in (${some.join(',')})`;
  });
}

/** Our runs carry their names as a label, so that many come with one request. */
async function readOurs<S extends Named>(names: readonly string[], list: Listing<S>): Promise<z.output<S>[]> {
  const wanted = new Set(names);
  const pages = selectorsOf(labels.run, names).map((labelSelector) => list({ labelSelector }));
  const found = (await Promise.all(pages)).flat();
  // Anybody may write any label on runs of their own.
  return found.filter(({ metadata }) => wanted.delete(metadata.name));
}

/** Each by its own, from the server's memory: a list by name costs it far less than a read from its store. */
async function readByName<S extends Named>(names: readonly string[], list: Listing<S>): Promise<z.output<S>[]> {
  const found: z.output<S>[] = [];
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      found.push(...(await list({ fieldSelector: `metadata.name=${name}` })));
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, readOn));
  return found;
}
