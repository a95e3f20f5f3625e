import * as z from 'zod';

/** What the reflector has to know of an object before it is checked against the caller's schema. */
export interface RawObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** The object, of managedFields only the first writer; of a Table's row `{metadata, cells}`, the cells by their column's name. */
  readonly value: unknown;
}

export type WatchEvent =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: RawObject }
  | { readonly type: 'bookmark'; readonly resourceVersion: string; readonly endsInitial: boolean }
  | { readonly type: 'error'; readonly code: number; readonly message: string }
  | { readonly type: 'garbage'; readonly reason: string };

/** Names of a Table's columns; only the first event of a watch carries them. */
export type Columns = readonly string[];

/** Says whether rows of a Table or whole objects are read. */
export interface WatchDecoder {
  /** Takes one line of a watch. Never throws: what cannot be understood is `garbage`. */
  event(line: Uint8Array): WatchEvent;
}

interface ObjectMetadata extends Readonly<Record<string, unknown>> {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string | undefined;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}
interface PlainObject extends Readonly<Record<string, unknown>> {
  readonly metadata: ObjectMetadata;
}
interface Row {
  readonly cells: readonly unknown[];
  readonly object: PlainObject;
}

// Checked by hand: of tens of thousands of objects, a schema would copy each.
const plainObject = z.custom<PlainObject>(isPlainObject);
const row = z.custom<Row>((value) => isRecord(value) && Array.isArray(value.cells) && isPlainObject(value.object));
const table = z.object({
  kind: z.literal('Table'),
  metadata: z.looseObject({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  columnDefinitions: z.array(z.looseObject({ name: z.string() })).nullish(),
  rows: z.array(row).nullish(),
});
const status = z.looseObject({
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const envelope = z.object({ type: z.string(), object: z.unknown() });
const writers = z.array(
  z.object({ manager: z.string().optional(), operation: z.string().optional(), subresource: z.string().optional() }),
);

export interface TablePage {
  readonly objects: readonly RawObject[];
  readonly columns: Columns;
  readonly resourceVersion: string;
  /** Empty at the end. */
  readonly continue: string;
}

const changeTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;
const initialEventsEnd = 'k8s.io/initial-events-end';

/** Reads the events of one watch; `columns` are those of the list before it. */
export function createWatchDecoder(as: 'objects' | 'table', columns: Columns = []): WatchDecoder {
  let known = columns;
  return {
    event: (line) => {
      const json = parseJson(line);
      const parsed = envelope.safeParse(json);
      if (!parsed.success) return garbage('a line of the watch is not an event');
      const { type, object } = parsed.data;
      if (type === 'ERROR') return errorEvent(object);
      if (as === 'objects') return objectEvent(type, object);
      const page = table.safeParse(object);
      if (!page.success) return garbage(`the ${type} event holds no Table`);
      known = columnNames(page.data) ?? known;
      return tableEvent(type, page.data, known);
    },
  };
}

/** Takes the Table of a list. Undefined where it is none. */
export function readTablePage(body: Uint8Array): TablePage | undefined {
  const parsed = table.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const columns = columnNames(parsed.data) ?? [];
  const objects = (parsed.data.rows ?? []).map((each) => rowObject(each, columns));
  const identified = objects.filter((object) => object !== undefined);
  if (identified.length !== objects.length) return undefined;
  const { resourceVersion = '', continue: next = '' } = parsed.data.metadata;
  return { objects: identified, columns, resourceVersion, continue: next };
}

/** Takes an object of a list or an event. Undefined where it lacks a name or a version. */
export function readObject(value: unknown): RawObject | undefined {
  const parsed = plainObject.safeParse(value);
  return parsed.success ? identify(parsed.data.metadata, withFirstWriter(parsed.data)) : undefined;
}

function objectEvent(type: string, object: unknown): WatchEvent {
  if (type === 'BOOKMARK') {
    const parsed = plainObject.safeParse(object);
    return parsed.success ? bookmark(parsed.data.metadata) : garbage('a bookmark has no metadata');
  }
  return change(type, readObject(object));
}

function tableEvent(type: string, page: z.output<typeof table>, columns: Columns): WatchEvent {
  const [first] = page.rows ?? [];
  if (type === 'BOOKMARK') {
    const own = first?.object.metadata;
    return bookmark({
      ...own,
      resourceVersion: own?.resourceVersion ?? page.metadata.resourceVersion,
    });
  }
  return change(type, first === undefined ? undefined : rowObject(first, columns));
}

function change(type: string, object: RawObject | undefined): WatchEvent {
  const known = Object.entries(changeTypes).find(([name]) => name === type)?.[1];
  if (known === undefined) return garbage(`the watch sent an event of the unknown type ${type.slice(0, 40)}`);
  if (object === undefined) return garbage(`the object of an ${type} event has no name or version`);
  return { type: known, object };
}

function bookmark(own: Pick<ObjectMetadata, 'annotations' | 'resourceVersion'>): WatchEvent {
  const { resourceVersion, annotations } = own;
  if (resourceVersion === undefined || resourceVersion === '') return garbage('a bookmark has no version');
  return {
    type: 'bookmark',
    resourceVersion,
    endsInitial: isRecord(annotations) && annotations[initialEventsEnd] === 'true',
  };
}

function errorEvent(object: unknown): WatchEvent {
  const parsed = status.safeParse(object);
  if (!parsed.success) return { type: 'error', code: 500, message: 'the watch ended with an error without words' };
  const { code = 500, message, reason } = parsed.data;
  return { type: 'error', code, message: message ?? reason ?? 'the watch ended with an error without words' };
}

function rowObject(each: Row, columns: Columns): RawObject | undefined {
  const cells = Object.fromEntries(each.cells.map((cell, index) => [columns[index] ?? String(index), cell]));
  const { metadata: own } = withFirstWriter(each.object);
  return identify(each.object.metadata, { metadata: own, cells });
}

function identify(own: ObjectMetadata, value: unknown): RawObject | undefined {
  const { namespace = '', name, uid = '', resourceVersion } = own;
  if (name === undefined || name === '' || resourceVersion === undefined) return undefined;
  const labels = isRecord(own.labels) ? own.labels : {};
  return { namespace, name, uid, resourceVersion, labels, value };
}

/** Of managedFields only the first writer is kept, without the fields that it wrote: who made the object. */
function withFirstWriter<T extends { readonly metadata: Readonly<Record<string, unknown>> }>(value: T): T {
  if (!('managedFields' in value.metadata)) return value;
  const { managedFields, ...rest } = value.metadata;
  const first = writers.safeParse(managedFields).data?.[0];
  return { ...value, metadata: first === undefined ? rest : { ...rest, managedFields: [first] } };
}

function columnNames(page: z.output<typeof table>): Columns | undefined {
  const definitions = page.columnDefinitions ?? [];
  return definitions.length === 0 ? undefined : definitions.map(({ name }) => name);
}

function garbage(reason: string): WatchEvent {
  return { type: 'garbage', reason };
}

function isPlainObject(value: unknown): value is PlainObject {
  if (!isRecord(value) || !isRecord(value.metadata)) return false;
  const { namespace, name, uid, resourceVersion } = value.metadata;
  return [namespace, name, uid, resourceVersion].every((text) => text === undefined || typeof text === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for what is no JSON; that is no JSON value itself. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
