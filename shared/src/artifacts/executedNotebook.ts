import { SlipwayError } from '../protocol/index.ts';
import { isObject, list, member, multilineText, text } from './json.ts';
import { plainText } from './plainText.ts';

/** What papermill says about a cell; `unknown` where it says nothing (a notebook that it never ran). */
export type CellStatus = 'pending' | 'running' | 'completed' | 'failed' | 'unknown';

/** One output of a cell, without its content. */
export interface OutputSummary {
  readonly type: 'stream' | 'display_data' | 'execute_result' | 'error' | 'unknown';
  /** UTF-8 bytes of the texts in it; for an image those of its base64 form. */
  readonly bytes: number;
  /** The forms that it comes in, such as `image/png`; empty for streams and errors. */
  readonly mediaTypes: readonly string[];
}

export interface CellError {
  readonly name: string;
  readonly value: string;
  /** ANSI-free. */
  readonly traceback: readonly string[];
}

export interface ExecutedCell {
  /** Empty where the notebook has none. */
  readonly id: string;
  readonly kind: 'code' | 'markdown' | 'raw' | 'unknown';
  readonly source: string;
  readonly status: CellStatus;
  /** papermill's own mark on the cell that stopped the notebook. */
  readonly exception: boolean;
  /** A cell that papermill put in: it is not part of the notebook as submitted. */
  readonly inserted: 'parameters' | 'errorMarker' | undefined;
  /** The `4` of `In[4]`. */
  readonly executionCount: number | undefined;
  readonly outputs: readonly OutputSummary[];
  /** The last error among the outputs. */
  readonly error: CellError | undefined;
}

export interface ExecutedNotebook {
  readonly cells: readonly ExecutedCell[];
  /** papermill's mark on the notebook: a cell raised. Also set by a cell that left with `sys.exit(0)`. */
  readonly exception: boolean;
}

/**
 * Reads a notebook that papermill has run, or is running. Outputs are measured, not kept, so that the result is small
 * whatever the notebook holds. What is malformed inside is read as empty.
 * @throws SlipwayError `artifact.unreadable` when the text is not JSON, or is not a notebook of format 4
 */
export function readExecutedNotebook(notebookText: string): ExecutedNotebook {
  const notebook = parse(notebookText);
  const cells = member(notebook, 'cells');
  if (!Array.isArray(cells))
    throw unreadable('The executed notebook is not a notebook of format 4: it has no list of cells.');
  return {
    cells: cells.map(readCell),
    exception: member(member(member(notebook, 'metadata'), 'papermill'), 'exception') === true,
  };
}

function parse(notebookText: string): unknown {
  try {
    return JSON.parse(notebookText.startsWith('\uFEFF') ? notebookText.slice(1) : notebookText);
  } catch (cause) {
    throw unreadable('The executed notebook is not JSON; it may have been cut off while it was written.', cause);
  }
}

function unreadable(message: string, cause?: unknown): SlipwayError {
  return new SlipwayError('artifact.unreadable', message, {
    action: 'Look at the log of the notebook step instead.',
    ...(cause === undefined ? {} : { cause }),
  });
}

const kinds: ReadonlyMap<unknown, ExecutedCell['kind']> = new Map([
  ['code', 'code'],
  ['markdown', 'markdown'],
  ['raw', 'raw'],
]);

const statuses: ReadonlyMap<unknown, CellStatus> = new Map([
  ['pending', 'pending'],
  ['running', 'running'],
  ['completed', 'completed'],
  ['failed', 'failed'],
]);

function readCell(cell: unknown): ExecutedCell {
  const metadata = member(cell, 'metadata');
  const papermill = member(metadata, 'papermill');
  const outputs = list(member(cell, 'outputs'));
  const count = member(cell, 'execution_count');
  return {
    id: text(member(cell, 'id')) ?? '',
    kind: kinds.get(member(cell, 'cell_type')) ?? 'unknown',
    source: multilineText(member(cell, 'source')),
    status: statuses.get(member(papermill, 'status')) ?? 'unknown',
    exception: member(papermill, 'exception') === true,
    inserted: insertedKind(list(member(metadata, 'tags'))),
    executionCount: typeof count === 'number' && Number.isSafeInteger(count) ? count : undefined,
    outputs: outputs.map(summarise),
    error: readError(outputs.findLast((output) => member(output, 'output_type') === 'error')),
  };
}

/** Tags as papermill 2 sets them (papermill/execute.py, papermill/parameterize.py). */
function insertedKind(tags: readonly unknown[]): ExecutedCell['inserted'] {
  if (tags.includes('papermill-error-cell-tag')) return 'errorMarker';
  return tags.includes('injected-parameters') ? 'parameters' : undefined;
}

const outputTypes: ReadonlyMap<unknown, OutputSummary['type']> = new Map([
  ['stream', 'stream'],
  ['display_data', 'display_data'],
  ['execute_result', 'execute_result'],
  ['error', 'error'],
]);

function summarise(output: unknown): OutputSummary {
  const data = member(output, 'data');
  const content = [data, member(output, 'text'), member(output, 'evalue'), member(output, 'traceback')];
  return {
    type: outputTypes.get(member(output, 'output_type')) ?? 'unknown',
    bytes: bytesOfTexts(content),
    mediaTypes: isObject(data) ? Object.keys(data) : [],
  };
}

/** Walks with a list of its own: JSON may be nested deeper than the call stack goes. */
function bytesOfTexts(value: unknown): number {
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === 'string') bytes += Buffer.byteLength(next);
    else if (Array.isArray(next)) for (const item of next) waiting.push(item);
    else if (isObject(next)) for (const item of Object.values(next)) waiting.push(item);
  }
  return bytes;
}

function readError(output: unknown): CellError | undefined {
  if (output === undefined) return undefined;
  return {
    name: text(member(output, 'ename')) ?? '',
    value: plainText(text(member(output, 'evalue')) ?? ''),
    traceback: list(member(output, 'traceback'))
      .filter((entry) => typeof entry === 'string')
      .map(plainText),
  };
}
