import * as z from 'zod';
import { SlipwayError } from '../../protocol/index.ts';
import type { ApiStream, KubernetesApi, ListOptions, Query, ResourcePath } from '../api.ts';
import { type Attempt, requestOf } from '../errors.ts';
import { readObject, readTablePage, type Columns, type RawObject } from './watchEvent.ts';

export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What is read: whole objects, or a Table's rows with the metadata of the object. */
export interface Source {
  readonly api: KubernetesApi;
  readonly path: ResourcePath;
  readonly selection: Selection;
  readonly as: 'objects' | 'table';
}

/** Where an answer came from. */
type Asked = Pick<Source, 'api' | 'path'>;

export interface Page {
  readonly objects: readonly RawObject[];
  readonly resourceVersion: string;
  readonly continue: string;
  /** Of a Table. */
  readonly columns: Columns;
}

const pageSize = 500;
/** A page of 500 objects of the API's own limit of 1.5 MiB each would be far more; no list of ours comes near. */
const maxPageBytes = 256 * 1024 * 1024;
export const tableAccept = 'application/json;as=Table;g=meta.k8s.io;v=v1';

export function acceptOf(as: Source['as']): string {
  return as === 'table' ? tableAccept : 'application/json';
}

export function selectionQuery({ selection, as }: Source): Query {
  const { labelSelector, fieldSelector } = selection;
  return { labelSelector, fieldSelector, includeObject: as === 'table' ? 'Metadata' : undefined };
}

export function listAttempt({ api, path }: Asked): Attempt {
  return { cluster: api.cluster, verb: 'list', path };
}

export function watchAttempt({ api, path }: Asked): Attempt {
  return { cluster: api.cluster, verb: 'watch', path };
}

/** Reads a list page by page. @throws SlipwayError as KubernetesApi.list does */
export async function* pages(source: Source, signal: AbortSignal): AsyncGenerator<Page> {
  let next = '';
  do {
    const page = source.as === 'table' ? await tablePage(source, next, signal) : await objectPage(source, next, signal);
    next = page.continue;
    yield page;
  } while (next !== '');
}

async function objectPage(source: Source, next: string, signal: AbortSignal): Promise<Page> {
  const { labelSelector, fieldSelector } = source.selection;
  const options: ListOptions = {
    limit: pageSize,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(next === '' ? {} : { continue: next }),
  };
  const page = await source.api.list(source.path, options, z.unknown(), signal);
  const objects = page.items.map(readObject).filter((object) => object !== undefined);
  return { objects, resourceVersion: page.resourceVersion, continue: page.continue, columns: [] };
}

async function tablePage(source: Source, next: string, signal: AbortSignal): Promise<Page> {
  const query = { ...selectionQuery(source), limit: pageSize, continue: next === '' ? undefined : next };
  const stream = await source.api.stream(source.path, query, { accept: tableAccept, silenceMs: 60_000 }, signal);
  const page = readTablePage(await readBody(source, stream));
  if (page === undefined) throw broken(source, 'the list is not a Table');
  return page;
}

/** Reads an answer to its end. @throws SlipwayError `cluster.protocol` where it is far too long */
export async function readBody(asked: Asked, stream: ApiStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxPageBytes) throw broken(asked, 'a page of the list is larger than 256 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** An answer that the API would not give. */
export function broken(asked: Asked, what: string): SlipwayError {
  const { api, path } = asked;
  return new SlipwayError(
    'cluster.protocol',
    `${api.cluster.server} sent ${path.type.plural} that cannot be read: ${what}.`,
    {
      action: 'If a proxy stands before the API server, check it; else tell the administrator of the cluster.',
      request: requestOf(listAttempt(asked)),
    },
  );
}
