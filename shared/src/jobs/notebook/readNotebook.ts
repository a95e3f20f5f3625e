import { SlipwayError } from '../../protocol/index.ts';
import { nameOf, quoted } from '../paths.ts';
import { uniqueCellIds } from './cellIds.ts';
import {
  applyEdits,
  isArray,
  isObject,
  jsonObject,
  JsonSyntaxError,
  numberValue,
  skipSpace,
  skipValue,
  stringValue,
} from './jsonScan.ts';
import type { JsonMember, JsonObject } from './jsonScan.ts';
import type { NotebookDocument } from './notebookDocument.ts';
import { cellEdits, lastOf, readCells, setMembers } from './readCells.ts';
import { notJsonError, notNotebookError, unsupportedFormatError } from './unreadable.ts';

/** Cell ids exist since format 4.5. */
const minorWithCellIds = 5;

/**
 * Reads a notebook and makes the text that is staged for the run: every cell gets a unique id (valid ones stay), outputs
 * and execution counts are dropped, and nothing else is changed, not even the spelling of a number.
 * @param newCellId makes an id; called once for each cell that needs one
 * @param path of the notebook, for its name and for messages
 * @throws SlipwayError `notebook.unreadable`, `notebook.unsupported`, `notebook.empty`
 */
export function readNotebook(text: string, newCellId: () => string, path = 'notebook.ipynb'): NotebookDocument {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const root = readRoot(body, path);
  const { members } = root;
  checkFormat(body, members, path);
  const cellsMember = lastOf(members, 'cells');
  if (cellsMember === undefined || !isArray(body, cellsMember)) throw notNotebookError(path, 'it has no list of cells');
  const metadata = readMetadata(body, members, path);
  const written = readCells(body, cellsMember, path);
  const codeCells = written.filter((cell) => cell.kind === 'code').length;
  if (codeCells === 0) throw emptyError(path, written.length);

  const ids = uniqueCellIds(
    written.map((cell) => cell.id),
    newCellId,
  );
  const cells = written.map(({ kind, source, tags, label }, index) => ({
    id: ids[index] ?? '',
    index,
    kind,
    source,
    tags,
    label,
  }));
  const edits = written.flatMap((cell, index) => cellEdits(body, cell, ids[index] ?? ''));
  edits.push(...setMembers(body, root, rootChanges(body, members)));
  return { text: applyEdits(body, edits), name: nameOf(path).replace(/\.ipynb$/i, ''), ...metadata, cells, codeCells };
}

function readRoot(text: string, path: string): JsonObject {
  const start = skipSpace(text, 0);
  try {
    const root = isObject(text, { start, end: start })
      ? jsonObject(text, start)
      : { start, end: skipValue(text, start) };
    const rest = skipSpace(text, root.end);
    if (rest < text.length) throw new JsonSyntaxError(rest, false);
    if ('members' in root) return root;
  } catch (error) {
    throw error instanceof JsonSyntaxError ? notJsonError(text, path, error) : error;
  }
  throw notNotebookError(path, 'its top level is not an object');
}

function checkFormat(text: string, members: readonly JsonMember[], path: string): void {
  const member = lastOf(members, 'nbformat');
  const version = member === undefined ? undefined : numberValue(text, member);
  if (version === undefined || !Number.isInteger(version) || version < 1) {
    throw notNotebookError(path, 'it has no notebook format version (nbformat)');
  }
  if (version !== 4) throw unsupportedFormatError(path, version);
}

function rootChanges(text: string, members: readonly JsonMember[]): (readonly [string, string])[] {
  const changes: (readonly [string, string])[] = [];
  const minorMember = lastOf(members, 'nbformat_minor');
  const minor = minorMember === undefined ? undefined : numberValue(text, minorMember);
  if (minor === undefined || !Number.isInteger(minor) || minor < minorWithCellIds) {
    changes.push(['nbformat_minor', String(minorWithCellIds)]);
  }
  if (lastOf(members, 'metadata') === undefined) changes.push(['metadata', '{}']);
  return changes;
}

function readMetadata(
  text: string,
  members: readonly JsonMember[],
  path: string,
): Pick<NotebookDocument, 'kernel' | 'language'> {
  const metadata = lastOf(members, 'metadata');
  if (metadata === undefined) return {};
  if (!isObject(text, metadata)) throw notNotebookError(path, 'its metadata is not an object');
  const read = (object: string, key: string): string | undefined => {
    const found = lastOf(jsonObject(text, metadata.start).members, object);
    if (found === undefined || !isObject(text, found)) return undefined;
    const value = lastOf(jsonObject(text, found.start).members, key);
    const name = value === undefined ? undefined : stringValue(text, value)?.trim();
    return name === '' ? undefined : name;
  };
  const kernel = read('kernelspec', 'name');
  const language = read('kernelspec', 'language') ?? read('language_info', 'name');
  return { ...(kernel !== undefined && { kernel }), ...(language !== undefined && { language }) };
}

function emptyError(path: string, cells: number): SlipwayError {
  const what = cells === 0 ? 'no cells' : 'no code cells';
  return new SlipwayError('notebook.empty', `${quoted(nameOf(path))} has ${what}, so there is nothing to run.`, {
    action: 'Add a code cell to the notebook.',
  });
}
