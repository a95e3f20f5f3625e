import {
  type Artifact,
  type CoverageReport,
  type FailedCell,
  type RunEvent,
  SlipwayError,
  type TestReport,
} from '../protocol/index.ts';
import type { RunFile } from '../pipeline/index.ts';
import type { ByteRange, OpenedFile, RunTarget } from '../targets/index.ts';
import { parseCobertura } from './cobertura.ts';
import { readExecutedNotebook } from './executedNotebook.ts';
import { findFailedCell, type SubmittedCell } from './failedCell.ts';
import { parseJUnit } from './junit.ts';
import { displayName, mediaTypeOf, roleOf } from './names.ts';
import { longestTextBytes, readText } from './readText.ts';
import { zipEntries } from './zip.ts';

/** Bytes of a test or coverage report that are parsed: its tree takes some ten times as much memory. */
const longestReportBytes = 64 * 1024 * 1024;

export interface OpenedArtifact extends OpenedFile {
  /** Path in the run's folder of what was opened. */
  readonly path: string;
  readonly mediaType: string;
}

/** Every method throws SlipwayError `context.unknown` and `run.notFound`, and rejects with the signal's reason on abort. */
export interface ArtifactService {
  list(context: string, run: string, signal: AbortSignal): Promise<readonly Artifact[]>;

  /**
   * Opens a file by its path in the run's folder, or an artifact by what people call it: its display name
   * (`figures/umap.png`) or its role (`report`, `notebook`).
   * @throws SlipwayError `usage` when several artifacts have that name, `artifact.notFound`, `path.refused`
   */
  open(
    context: string,
    run: string,
    path: string,
    range: ByteRange | undefined,
    signal: AbortSignal,
  ): Promise<OpenedArtifact>;

  /** All artifacts as one zip file, in order of their paths. Streams; see zip.ts. */
  zip(context: string, run: string, signal: AbortSignal): AsyncIterable<Uint8Array>;

  /** The test report; null when the run has none. @throws SlipwayError `artifact.unreadable` */
  tests(context: string, run: string, signal: AbortSignal): Promise<TestReport | null>;

  /** The coverage report; null when the run has none. @throws SlipwayError `artifact.unreadable` */
  coverage(context: string, run: string, signal: AbortSignal): Promise<CoverageReport | null>;

  /** The cell that raised; null when none did, or as long as the notebook runs. @throws SlipwayError `artifact.unreadable` */
  failedCell(context: string, run: string, signal: AbortSignal): Promise<FailedCell | null>;
}

export interface ArtifactServiceOptions {
  /** The targets by context name. */
  readonly targets: ReadonlyMap<string, RunTarget>;
}

export function createArtifactService({ targets }: ArtifactServiceOptions): ArtifactService {
  const targetOf = (context: string): RunTarget => {
    const target = targets.get(context);
    if (target !== undefined) return target;
    const known = [...targets.keys()].join(', ');
    throw new SlipwayError('context.unknown', `There is no context "${context}".`, {
      action: known === '' ? 'Set up a context first.' : `Use one of: ${known}.`,
    });
  };
  return {
    async list(context, run, signal) {
      signal.throwIfAborted();
      return targetOf(context).artifacts(run, signal);
    },

    async open(context, run, path, range, signal) {
      signal.throwIfAborted();
      return openNamed(targetOf(context), run, path, range, signal);
    },

    zip: (context, run, signal) => zipOf(() => targetOf(context), run, signal),

    async tests(context, run, signal) {
      const xml = await textOf(targetOf(context), run, 'output/pytest_results.xml', longestReportBytes, signal);
      return xml === undefined ? null : parseJUnit(xml);
    },

    async coverage(context, run, signal) {
      const xml = await textOf(targetOf(context), run, 'output/coverage.xml', longestReportBytes, signal);
      return xml === undefined ? null : parseCobertura(xml);
    },

    async failedCell(context, run, signal) {
      return (await failedCellOf(targetOf(context), run, signal)) ?? null;
    },
  };
}

const runFolders = /^(?:output|work|logs|inputs|results)\//;

async function openNamed(
  target: RunTarget,
  run: string,
  name: string,
  range: ByteRange | undefined,
  signal: AbortSignal,
): Promise<OpenedArtifact> {
  const openPath = async (path: string): Promise<OpenedArtifact> => {
    const { bytes, content } = await target.openFile(run, path, range, signal);
    return { path, mediaType: mediaTypeOf(path), bytes, content };
  };
  // Listing may have to hash every file of a run that is still going on, so a path is tried first.
  if (runFolders.test(name)) {
    const opened = await unlessMissing(openPath(name));
    if (opened !== undefined) return opened;
  }
  const matches = matching(await target.artifacts(run, signal), name);
  if (matches.length > 1) throw ambiguous(name, matches);
  return openPath(matches[0]?.path ?? name);
}

/** Names for roles that are shorter to type. */
const roleNames: ReadonlyMap<string, string> = new Map([['notebook', 'executedNotebook']]);

/** The artifacts meant by a name: those with that path, else that display name, else that role. */
function matching(artifacts: readonly Artifact[], name: string): readonly Artifact[] {
  const role = roleNames.get(name) ?? name;
  const ways = [
    (artifact: Artifact) => artifact.path === name,
    (artifact: Artifact) => displayName(artifact) === name,
    (artifact: Artifact) => role !== 'file' && roleOf(artifact.path) === role,
  ];
  return ways.map((way) => artifacts.filter(way)).find((found) => found.length > 0) ?? [];
}

function ambiguous(name: string, matches: readonly Artifact[]): SlipwayError {
  const shown = matches.slice(0, 5).map(({ path }) => path);
  const more = matches.length > shown.length ? `, and ${matches.length - shown.length} more` : '';
  return new SlipwayError('usage', `"${name}" can mean ${matches.length} files: ${shown.join(', ')}${more}.`, {
    action: 'Name one of them by its path.',
  });
}

async function* zipOf(
  findTarget: () => RunTarget,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const target = findTarget();
  const artifacts = (await target.artifacts(run, signal)).toSorted((one, other) => compare(one.path, other.path));
  // The same run gives the same bytes: its files are dated with the last thing that happened to it.
  const lastTime = (await target.events(run, signal)).at(-1)?.time ?? 0;
  const entries = artifacts.map(({ path }) => ({
    path,
    stored: isCompressed(mediaTypeOf(path)),
    open: async (opening: AbortSignal) => (await target.openFile(run, path, undefined, opening)).content,
  }));
  yield* zipEntries(entries, new Date(lastTime), signal);
}

/** By code units, so that the order does not depend on the machine's language. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function isCompressed(mediaType: string): boolean {
  return /^(?:image\/(?!svg|bmp|tiff)|video\/|application\/(?:gzip|zip|zstd|x-bzip2|x-xz|vnd\.apache\.parquet))/.test(
    mediaType,
  );
}

async function failedCellOf(target: RunTarget, run: string, signal: AbortSignal): Promise<FailedCell | undefined> {
  signal.throwIfAborted();
  const events = await target.events(run, signal);
  const finished = events.findLast((event) => event.type === 'finished');
  const told = finished?.failedCell;
  if (told !== undefined && told.partial !== true) return told;
  if (!mayHaveFailed(events)) return undefined;
  const { notebook } = await target.runFile(run, signal);
  if (notebook === undefined) return told;
  const executed = await textOf(target, run, `output/${notebook.name}_output.ipynb`, longestTextBytes, signal);
  if (executed === undefined) return told;
  return findFailedCell(readExecutedNotebook(executed), await submittedCells(target, run, notebook, signal)) ?? told;
}

/** While papermill runs, the executed notebook is rewritten again and again and tells nothing that is final. */
function mayHaveFailed(events: readonly RunEvent[]): boolean {
  const step = events.findLast((event) => event.type === 'stepFinished' && event.step === 'notebook');
  if (step?.type === 'stepFinished') return step.state === 'failed' || step.state === 'cancelled';
  return events.some((event) => event.type === 'finished');
}

/** The submitted code cells, with their index among all cells where the staged notebook can be read. */
async function submittedCells(
  target: RunTarget,
  run: string,
  notebook: NonNullable<RunFile['notebook']>,
  signal: AbortSignal,
): Promise<readonly SubmittedCell[]> {
  const staged = await textOf(target, run, `inputs/${notebook.path}`, longestTextBytes, signal);
  if (staged === undefined) return notebook.cells;
  const indices = new Map(readExecutedNotebook(staged).cells.map(({ id }, index) => [id, index]));
  return notebook.cells.map((cell) => {
    const index = indices.get(cell.id);
    return index === undefined ? cell : { ...cell, index };
  });
}

/** A file's text; undefined when the run has no such file. */
async function textOf(
  target: RunTarget,
  run: string,
  path: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const file = await unlessMissing(target.openFile(run, path, undefined, signal));
  return file === undefined ? undefined : readText(file, displayName({ path }), limitBytes);
}

async function unlessMissing<Value>(opening: Promise<Value>): Promise<Value | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (SlipwayError.is(error, 'artifact.notFound')) return undefined;
    throw error;
  }
}
