import { SlipwayError } from '../../protocol/index.ts';
import type { CompanionChoice, JobSpec, ParameterDeclaration, ParameterValue } from '../../protocol/index.ts';
import { chooseFiles } from '../companions/chooseCompanions.ts';
import type { JobFolder } from '../folder.ts';
import { asksForInput } from '../notebook/asksForInput.ts';
import type { NotebookDocument } from '../notebook/notebookDocument.ts';
import { checkParameters } from '../parameters/checkParameters.ts';
import { inferParameters, parametersCell } from '../parameters/inferParameters.ts';
import { checkRelativePath, folderOf, nameOf } from '../paths.ts';
import { specFaults } from '../spec/specFaults.ts';
import { oneLine } from '../words.ts';
import { fetchedBy } from './fetched.ts';
import { findRequirements } from './findRequirements.ts';
import { findTests, settleTests } from './findTests.ts';
import { readJobNotebook } from './notebookFile.ts';
import type { JobSubmission, PreparedJob, PreparedParameter, PreparedTests } from './preparedJob.ts';

const maxTitleLength = 200;

/**
 * Reads, checks and completes a job. Changes nothing.
 * @param folder the folder of `slipway.yaml`, else of the notebook
 * @throws SlipwayError for every mistake in the input: `spec.invalid`, `usage`, `path.refused`, `notebook.*`,
 * `parameter.invalid`, `files.refused`, `tests.missing`
 */
export async function prepareJob(
  submission: JobSubmission,
  folder: JobFolder,
  options: { readonly newCellId: () => string },
  signal: AbortSignal,
): Promise<PreparedJob> {
  const { spec } = submission;
  checkSpec(spec);
  const path = spec.notebook === undefined ? undefined : checkRelativePath(spec.notebook, 'notebook');
  const notebook =
    path === undefined
      ? undefined
      : await readJobNotebook(folder, path, submission.notebookText, () => options.newCellId(), signal);
  const { values, parameters, warnings } = prepareParameters(notebook, spec.parameters ?? {});

  const beside = folderOf(path ?? '');
  const candidate = await findTests(spec, beside, folder, signal);
  const notebookCode = notebook && codeOf(notebook).join('\n');
  const files = await chooseFiles(
    folder,
    { notebook: path, notebookCode, files: spec.files, tests: candidate },
    signal,
  );
  const fetched = fetchedBy(spec);
  const { tests: own, warnings: testWarnings } = settleTests(candidate, files.testFiles);
  const tests = own ?? fetched.tests;
  const requirements = await findRequirements(spec, beside, files.companions.ignored, folder, signal);
  const testFiles = own === undefined ? [] : files.testFiles;
  // A tests folder without a test is a folder like any other.
  const companionFiles = [...files.companions.files, ...(own === undefined ? files.testFiles : [])];
  const companions = withFiles(
    files.companions,
    companionFiles.filter((file) => file.path !== requirements?.path),
  );

  const kernel = notebook === undefined ? undefined : (spec.kernel ?? notebook.kernel ?? 'python3');
  return {
    spec: completeSpec(spec, { path, values, kernel, tests: own, requirements: requirements?.path }),
    title: titleOf(spec, path),
    steps: [
      ...fetched.steps,
      ...(notebook === undefined
        ? (['prepare', 'command', 'test', 'collect'] as const)
        : (['prepare', 'notebook', 'report', 'test', 'collect'] as const)),
    ],
    fetched: fetched.parts,
    notebook,
    command: typeof spec.command === 'string' ? ['bash', '-c', spec.command] : spec.command,
    parameters,
    values,
    companions,
    tests,
    testFiles: testFiles.filter((file) => file.path !== requirements?.path),
    requirements,
    warnings: [...warnings, ...askingWarnings(notebook), ...testWarnings, ...companions.warnings],
    unsaved: submission.unsaved === true && notebook !== undefined && !(await isSaved(notebook, path, folder, signal)),
    codeCells: notebook?.codeCells,
    kernel,
    language: kernel === notebook?.kernel || spec.kernel === undefined ? notebook?.language : undefined,
  };
}

/**
 * Whether the file would run just the same. Editors call a notebook changed that they gave a cell id, an output or the
 * version of its language, and then a retry would not take the file for what was run.
 */
async function isSaved(
  shown: NotebookDocument,
  path: string | undefined,
  folder: JobFolder,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const saved = await readJobNotebook(folder, path ?? '', undefined, () => '', signal);
    return whatRuns(saved) === whatRuns(shown);
  } catch (error) {
    // A file that is not there, or is no notebook, is not what was run.
    if (SlipwayError.is(error) && error.code !== 'cancelled') return false;
    throw error;
  }
}

function codeOf({ cells }: NotebookDocument): string[] {
  return cells.filter(({ kind }) => kind === 'code').map(({ source }) => source);
}

/** The kernel is not among it: the run's own spec names it. */
function whatRuns({ cells }: NotebookDocument): string {
  return JSON.stringify(cells.map(({ kind, source, tags }) => [kind, source, tags]));
}

/** The first fault of the spec, as an error with the fault's own code. */
function checkSpec(spec: JobSpec): void {
  const [first] = specFaults(spec);
  if (first === undefined) return;
  throw new SlipwayError(first.code ?? 'spec.invalid', first.message, {
    action: first.action ?? 'Correct the job spec; slipway spec validate shows where it is wrong.',
  });
}

function prepareParameters(
  notebook: NotebookDocument | undefined,
  given: Readonly<Record<string, ParameterValue>>,
): { values: Record<string, ParameterValue>; parameters: PreparedParameter[]; warnings: string[] } {
  if (notebook === undefined) {
    const unused = Object.keys(given).length > 0;
    return {
      values: {},
      parameters: [],
      warnings: unused ? ['Parameters are for notebooks: the command gets none.'] : [],
    };
  }
  const declared = inferParameters(notebook);
  const { values, warnings } = checkParameters(parametersCell(notebook) === undefined ? undefined : declared, given);
  const known = new Set(declared.map(({ name }) => name));
  const undeclared = Object.keys(values)
    .filter((name) => !known.has(name))
    .map((name): ParameterDeclaration => ({ name, type: 'unknown', defaultSource: '' }));
  const parameters = [...declared, ...undeclared].map((declaration): PreparedParameter => {
    const value = Object.hasOwn(values, declaration.name) ? values[declaration.name] : undefined;
    return { ...declaration, ...(value !== undefined && { value }) };
  });
  return { values, parameters, warnings };
}

/** Nobody is there to answer. Cells are counted as a run counts them. */
function askingWarnings(notebook: NotebookDocument | undefined): string[] {
  if (notebook === undefined || (notebook.language ?? 'python') !== 'python') return [];
  const asking = codeOf(notebook).map((source) => asksForInput(source));
  const number = asking.findIndex((name) => name !== undefined) + 1;
  const name = asking[number - 1];
  if (name === undefined) return [];
  return [`Cell ${number} calls ${name}(), which fails in a run: take the value from a cell tagged "parameters".`];
}

function withFiles(choice: CompanionChoice, files: CompanionChoice['files']): CompanionChoice {
  return { ...choice, files, totalBytes: files.reduce((total, { bytes }) => total + bytes, 0) };
}

interface Completion {
  readonly path: string | undefined;
  readonly values: Record<string, ParameterValue>;
  readonly kernel: string | undefined;
  readonly tests: PreparedTests | undefined;
  readonly requirements: string | undefined;
}

/** The spec with what was found and checked. Tests that were only found stay out, so that a rerun finds them again. */
function completeSpec(spec: JobSpec, { path, values, kernel, tests, requirements }: Completion): JobSpec {
  const { marker, always } = tests ?? {};
  return {
    ...spec,
    ...(path !== undefined && { notebook: path }),
    ...(spec.parameters !== undefined && { parameters: path === undefined ? spec.parameters : values }),
    ...(kernel !== undefined && { kernel }),
    ...(requirements !== undefined && { requirements }),
    ...(tests?.asked === true && {
      tests: { path: tests.path, always: always ?? false, ...(marker !== undefined && { marker }) },
    }),
    mode: spec.mode ?? 'single',
  };
}

function titleOf(spec: JobSpec, path: string | undefined): string {
  if (path !== undefined) return nameOf(path);
  const command = typeof spec.command === 'string' ? spec.command : (spec.command ?? []).map(shellWord).join(' ');
  return oneLine(command, maxTitleLength) || 'command';
}

/** An argument as a person would type it. Only shown, never run. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
