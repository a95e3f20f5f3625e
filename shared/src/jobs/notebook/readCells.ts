import { oneLine } from '../words.ts';
import {
  isArray,
  isObject,
  jsonElements,
  jsonObject,
  jsonStrings,
  skipSpace,
  skipValue,
  stringValue,
} from './jsonScan.ts';
import type { JsonMember, JsonObject, JsonSpan, TextEdit } from './jsonScan.ts';
import type { NotebookCell } from './notebookDocument.ts';
import { brokenCellError } from './unreadable.ts';

/** A cell before it has its id: what it says and where its parts are in the text. */
export interface WrittenCell {
  readonly object: JsonObject;
  readonly id: string | undefined;
  readonly kind: NotebookCell['kind'];
  readonly source: string;
  readonly tags: readonly string[];
  readonly label: string;
}

const maxLabelLength = 80;

/**
 * Reads the cells of a notebook's `cells` array.
 * @throws SlipwayError `notebook.unreadable` that names the broken cell
 */
export function readCells(text: string, cells: JsonSpan, path: string): WrittenCell[] {
  const spans = jsonElements(text, cells.start, (start) =>
    isObject(text, { start, end: start }) ? jsonObject(text, start) : { start, end: skipValue(text, start) },
  );
  return spans.map((object, index) => {
    const broken = (reason: string): Error => brokenCellError(path, index + 1, reason);
    if (!('members' in object)) throw broken('it is not an object');
    const { members } = object;
    const kind = readKind(text, members, broken);
    const source = readSource(text, members, broken);
    const id = lastOf(members, 'id');
    return {
      object,
      id: id === undefined ? undefined : stringValue(text, id),
      kind,
      source,
      tags: readTags(text, members, broken),
      label: labelOf(source, kind),
    };
  });
}

/** As every JSON reader does, of doubles the last counts. */
export function lastOf(members: readonly JsonMember[], key: string): JsonMember | undefined {
  return members.findLast((member) => member.key === key);
}

type Broken = (reason: string) => Error;

function readKind(text: string, members: readonly JsonMember[], broken: Broken): NotebookCell['kind'] {
  const member = lastOf(members, 'cell_type');
  const kind = member === undefined ? undefined : stringValue(text, member);
  if (kind === 'code' || kind === 'markdown' || kind === 'raw') return kind;
  throw broken(kind === undefined ? 'it has no cell_type' : `its cell_type is ${JSON.stringify(oneLine(kind, 40))}`);
}

function readSource(text: string, members: readonly JsonMember[], broken: Broken): string {
  const member = lastOf(members, 'source');
  if (member === undefined) throw broken('it has no source');
  const source = isArray(text, member) ? joinLines(jsonStrings(text, member.start)) : stringValue(text, member);
  if (source === undefined) throw broken('its source is neither text nor a list of lines');
  return source;
}

function joinLines(lines: readonly (string | undefined)[]): string | undefined {
  return lines.includes(undefined) ? undefined : lines.join('');
}

function readTags(text: string, members: readonly JsonMember[], broken: Broken): string[] {
  const metadata = lastOf(members, 'metadata');
  if (metadata === undefined) return [];
  if (!isObject(text, metadata)) throw broken('its metadata is not an object');
  const tags = lastOf(jsonObject(text, metadata.start).members, 'tags');
  if (tags === undefined) return [];
  const values = isArray(text, tags) ? jsonStrings(text, tags.start) : [undefined];
  return values.map((tag) => {
    if (tag === undefined) throw broken('its tags are not a list of texts');
    return tag;
  });
}

/** The first line that says something: for code, not one that is only a comment, if there is another. */
function labelOf(source: string, kind: NotebookCell['kind']): string {
  let first = '';
  for (let start = 0; start < source.length;) {
    const end = source.indexOf('\n', start);
    const line = oneLine(source.slice(start, end === -1 ? undefined : end), maxLabelLength);
    if (line !== '' && !(kind === 'code' && line.startsWith('#'))) return line;
    if (first === '') first = line;
    start = end === -1 ? source.length : end + 1;
  }
  return first;
}

/**
 * What has to change in a cell's text so that it can be staged: its id, no outputs, and the members that papermill
 * takes for granted.
 */
export function cellEdits(text: string, cell: WrittenCell, id: string): TextEdit[] {
  const wanted: [key: string, value: string][] = [];
  if (cell.id !== id) wanted.push(['id', JSON.stringify(id)]);
  if (lastOf(cell.object.members, 'metadata') === undefined) wanted.push(['metadata', '{}']);
  if (cell.kind === 'code') wanted.push(['outputs', '[]'], ['execution_count', 'null']);
  return setMembers(text, cell.object, wanted);
}

/** Edits that give an object's members these values, in place where they are there, else at its beginning. */
export function setMembers(
  text: string,
  object: JsonObject,
  wanted: readonly (readonly [key: string, value: string])[],
): TextEdit[] {
  const edits: TextEdit[] = [];
  const space = text.slice(object.start + 1, skipSpace(text, object.start + 1));
  let added = '';
  for (const [key, value] of wanted) {
    const present = object.members.filter((member) => member.key === key);
    if (present.length === 0) added += `${space}${JSON.stringify(key)}: ${value},`;
    edits.push(...present.map(({ start, end }) => ({ start, end, text: value })));
  }
  if (added !== '') edits.push({ start: object.start + 1, end: object.start + 1, text: added });
  return edits;
}
