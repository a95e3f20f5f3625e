import { SlipwayError, formatBytes } from '../../protocol/index.ts';
import { readTextFile } from '../folder.ts';
import type { JobFolder } from '../folder.ts';
import { readNotebook } from '../notebook/readNotebook.ts';
import type { NotebookDocument } from '../notebook/notebookDocument.ts';
import { nameOf, quoted } from '../paths.ts';

/** Beyond this a notebook does not fit into one text in memory. */
const maxBytes = 500_000_000;

/** Endings of files that are run as a command, and with what. */
const runners: Readonly<Record<string, string>> = {
  py: 'python',
  r: 'Rscript',
  jl: 'julia',
  sh: 'bash',
};

/**
 * Reads the notebook of a job: what the editor shows where it was handed over, else the file.
 * @throws SlipwayError `usage` for a script, `notebook.*` for what is not a notebook that can run
 */
export async function readJobNotebook(
  folder: JobFolder,
  path: string,
  shown: string | undefined,
  newCellId: () => string,
  signal: AbortSignal,
): Promise<NotebookDocument> {
  refuseScript(path);
  const text = shown ?? (await readFile(folder, path, signal));
  return readNotebook(text, newCellId, path);
}

function refuseScript(path: string): void {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  const runner = Object.hasOwn(runners, ending) ? runners[ending] : undefined;
  if (runner === undefined) return;
  throw new SlipwayError('usage', `${quoted(nameOf(path))} is a script, not a notebook.`, {
    action: `Run it as a command: slipway run -- ${runner} ${path} (in slipway.yaml: command instead of notebook).`,
  });
}

async function readFile(folder: JobFolder, path: string, signal: AbortSignal): Promise<string> {
  const unreadable = (why: string, action: string): SlipwayError =>
    new SlipwayError('notebook.unreadable', `The notebook ${quoted(path)} ${why}.`, { action });
  const { kind, bytes } = await folder.stat(path, signal);
  const elsewhere = 'Check the path: it is relative to the job folder.';
  if (kind === 'missing') throw unreadable(`does not exist in ${folder.label}`, elsewhere);
  if (kind === 'link') throw unreadable('is a link that leaves the job folder', 'Copy the notebook into the folder.');
  if (kind !== 'file') throw unreadable('is not a file', elsewhere);
  const limits = {
    maxBytes,
    tooLong: () =>
      unreadable(`is larger than ${formatBytes(maxBytes)}`, 'Clear its outputs in Jupyter, save it, and try again.'),
    notText: () => unreadable('is not UTF-8 text', 'Save it again in Jupyter, which writes UTF-8.'),
  };
  if (bytes > maxBytes) throw limits.tooLong();
  return readTextFile(folder, path, limits, signal);
}
