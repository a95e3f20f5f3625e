import { SlipwayError } from '../../protocol/index.ts';
import { nameOf, quoted } from '../paths.ts';
import type { JsonSyntaxError } from './jsonScan.ts';

interface Appearance {
  readonly looksLike: string;
  readonly action: string;
  readonly test: (text: string) => boolean;
}

/** What people hand over instead of a notebook, most telling sign first. */
const appearances: readonly Appearance[] = [
  {
    looksLike: 'it is empty',
    action: 'Open it in Jupyter or VS Code, add a code cell and save it.',
    test: (text) => text.trim() === '',
  },
  {
    looksLike: 'it is a Git LFS pointer, not the notebook itself',
    action: 'Fetch the file with: git lfs pull',
    test: (text) => text.startsWith('version https://git-lfs.github.com/spec/'),
  },
  {
    // A JSON string has no raw line break, so such a line cannot be part of a cell.
    looksLike: 'it contains Git conflict markers',
    action: 'Resolve the merge first, for example with nbdime (nbdime mergetool), or take one side whole.',
    test: (text) => /^<{7}(?: |$)/m.test(text) || (/^={7}\r?$/m.test(text) && /^>{7}(?: |$)/m.test(text)),
  },
  {
    looksLike: 'it is an HTML page',
    action: 'Download the notebook itself (the "raw" file), not the page that shows it.',
    test: (text) => /^\s*<(?:!doctype\s+html|html|head|body|!--)/i.test(text.slice(0, 4096)),
  },
  {
    looksLike: 'it is XML or another markup',
    action: 'Give the path of a Jupyter notebook (.ipynb).',
    test: (text) => /^\s*<[a-z?!]/i.test(text.slice(0, 4096)),
  },
  {
    looksLike: 'it is a binary file',
    action: 'Give the path of a Jupyter notebook (.ipynb).',
    test: (text) => text.slice(0, 65_536).includes('\0'),
  },
  {
    looksLike: 'it is a Python script',
    action: 'Run a script as a command instead: slipway run -- python FILE.py',
    test: (text) => looksLikePython(text.slice(0, 65_536)),
  },
];

function looksLikePython(text: string): boolean {
  if (/^\s*[{[]/.test(text)) return false;
  return /^(?:#!.*python|# %%|import \w|from [\w.]+ import |def \w+\(|class \w+|if __name__ ==|print\(|@\w)/m.test(
    text,
  );
}

/** The error for a text that is not JSON: what it seems to be instead, and what to do. */
export function notJsonError(text: string, path: string, error: JsonSyntaxError): SlipwayError {
  const file = quoted(nameOf(path));
  const seen = appearances.find((appearance) => appearance.test(text));
  if (seen !== undefined) {
    return new SlipwayError('notebook.unreadable', `${file} is not a notebook: ${seen.looksLike}.`, {
      action: seen.action,
      cause: error,
    });
  }
  const { line, column } = placeOf(text, error.position);
  const where = `line ${line}, column ${column}`;
  const message = error.truncated
    ? `${file} ends in the middle of the notebook (${where}): the file was cut short.`
    : `${file} is not a notebook: it is not valid JSON at ${where}.`;
  return new SlipwayError('notebook.unreadable', message, {
    action: 'Save the notebook again, or restore it from version control or from .ipynb_checkpoints.',
    cause: error,
  });
}

/** 1-based line and column. */
function placeOf(text: string, position: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < position; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: position - start + 1 };
}

/** The error for JSON that is not a notebook. */
export function notNotebookError(path: string, reason: string): SlipwayError {
  return new SlipwayError('notebook.unreadable', `${quoted(nameOf(path))} is JSON, but not a notebook: ${reason}.`, {
    action: 'Give the path of a Jupyter notebook (.ipynb).',
  });
}

/** The error for a notebook with a broken cell. @param number 1-based among all cells */
export function brokenCellError(path: string, number: number, reason: string): SlipwayError {
  return new SlipwayError('notebook.unreadable', `Cell ${number} of ${quoted(nameOf(path))} is broken: ${reason}.`, {
    action: 'Open the notebook in Jupyter, remove or rewrite that cell, and save it.',
  });
}

/** The error for a format version other than 4. */
export function unsupportedFormatError(path: string, version: number): SlipwayError {
  const file = quoted(nameOf(path));
  if (version < 4) {
    return new SlipwayError(
      'notebook.unsupported',
      `${file} is in notebook format ${version}, which papermill cannot run: format 4 is needed.`,
      { action: 'Convert it with: jupyter nbconvert --to notebook --nbformat 4 --inplace NOTEBOOK.ipynb' },
    );
  }
  return new SlipwayError(
    'notebook.unsupported',
    `${file} is in notebook format ${version}, which is newer than the format 4 that Slipway knows.`,
    { action: 'Save it as notebook format 4, or install a newer Slipway.' },
  );
}
