import * as z from 'zod';
import type { KubernetesApi, ListOptions, ResourcePath } from '../api.ts';
import { broken, readBody, tableAccept } from './listing.ts';
import { parsedBody } from './parsedBody.ts';

/** What a Table tells of all objects of a collection at once, without any object. */
export interface TableCells {
  readonly resourceVersion: string;
  /** A row's cells in the order of the columns that were asked for; undefined where the Table has no such column. */
  readonly rows: readonly (readonly unknown[])[];
}

interface Row {
  readonly cells: readonly unknown[];
}

const tableSchema = z.object({
  kind: z.literal('Table'),
  metadata: z.object({ resourceVersion: z.string().catch('') }),
  columnDefinitions: z.array(z.object({ name: z.string() })),
  // Checked by hand: of tens of thousands of rows, a schema would copy each.
  rows: z.array(z.custom<Row>(isRow)).nullish(),
});

/**
 * Reads the printed columns of all objects in one request: of thousands of objects a thirtieth of the bytes that their
 * metadata would take, and the server has nothing to write down but these.
 * @param selection where only some are wanted; `resourceVersion: '0'` for what the server has in its memory, without a look at its store
 * @param columns by name, as `kubectl get` heads them, but "Name" for "NAME"
 * @throws SlipwayError as `KubernetesApi.list`; `cluster.protocol` for what is no Table
 */
export async function listCells(
  api: KubernetesApi,
  path: ResourcePath,
  selection: Pick<ListOptions, 'labelSelector' | 'resourceVersion'>,
  columns: readonly string[],
  signal: AbortSignal,
): Promise<TableCells> {
  const options = { accept: tableAccept, silenceMs: 60_000 };
  const stream = await api.stream(path, { includeObject: 'None', ...selection }, options, signal);
  const table = readTableCells(await readBody({ api, path }, stream), columns);
  if (table === undefined) throw broken({ api, path }, 'the list is not a Table');
  return table;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'cells' in value && Array.isArray(value.cells);
}

/** Undefined where it is no Table. */
export function readTableCells(body: Uint8Array, columns: readonly string[]): TableCells | undefined {
  const table = parsedBody(body, tableSchema);
  if (table === undefined) return undefined;
  const { metadata, columnDefinitions, rows } = table;
  const places = columns.map((column) => columnDefinitions.findIndex(({ name }) => name === column));
  return {
    resourceVersion: metadata.resourceVersion,
    rows: (rows ?? []).map(({ cells }) => places.map((place) => cells[place])),
  };
}
