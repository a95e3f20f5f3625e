import type * as z from 'zod';
import type { KubernetesApi, ListOptions, ObjectList, ResourcePath } from './api.ts';
import { isGone } from './errors.ts';

/** Objects of a page, where the caller does not say. */
const pageSize = 500;
/** How often a list is started again whose `continue` had become too old. */
const restarts = 3;

/** A page, and whether all that came before it is to be forgotten. */
export interface ListPage<T> extends ObjectList<T> {
  /** True for the first page of each go: a list that grew too old in the middle starts again. */
  readonly first: boolean;
}

/**
 * All pages of a list, 500 objects each unless `options.limit` says otherwise. When the server has forgotten the list in the
 * middle (410) it starts again: the next page is `first` anew.
 * @throws SlipwayError as `KubernetesApi.list`
 */
export async function* listAll<S extends z.ZodType>(
  api: KubernetesApi,
  path: ResourcePath,
  options: Omit<ListOptions, 'continue'>,
  schema: S,
  signal: AbortSignal,
): AsyncGenerator<ListPage<z.output<S>>, void, undefined> {
  let from = '';
  for (let gone = 0; ;) {
    try {
      const page: ObjectList<z.output<S>> = await api.list(path, pageOptions(options, from), schema, signal);
      yield { ...page, first: from === '' };
      if (page.continue === '') return;
      from = page.continue;
    } catch (error) {
      gone += 1;
      if (!isGone(error) || from === '' || gone > restarts) throw error;
      from = '';
    }
  }
}

/**
 * All objects of a list, as of one moment, or those of them to `keep`: the others are let go of page by page.
 * @throws SlipwayError as `KubernetesApi.list`
 */
export async function listWhole<S extends z.ZodType>(
  api: KubernetesApi,
  path: ResourcePath,
  options: Omit<ListOptions, 'continue'>,
  schema: S,
  signal: AbortSignal,
  keep: (item: z.output<S>) => boolean = () => true,
): Promise<readonly z.output<S>[]> {
  let items: z.output<S>[] = [];
  for await (const page of listAll(api, path, options, schema, signal)) {
    if (page.first) items = [];
    items.push(...page.items.filter(keep));
  }
  return items;
}

/** A `continue` carries its own version: the server refuses both at once. */
function pageOptions(options: Omit<ListOptions, 'continue'>, from: string): ListOptions {
  const { resourceVersion, ...rest } = options;
  const limit = options.limit ?? pageSize;
  if (from !== '') return { ...rest, limit, continue: from };
  return { ...rest, limit, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
}
