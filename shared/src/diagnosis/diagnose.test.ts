import { describe, expect, it } from 'vitest';
import { diagnosisSchema, type FailedCell, type Run, type Step } from '../protocol/index.ts';
import { diagnose } from './diagnose.ts';
import { recordedEvidence, recordedNames, runThat } from './testing/evidence.ts';

/** Every recorded run, with the id and the cause that it has to get. */
const wanted: Readonly<Record<string, readonly [id: string, cause: string]>> = {
  keyError: ['keyError', "KeyError 'pca' in cell 3"],
  keyErrorWithKeys: ['keyError', "KeyError 'umap' in cell 1 — the keys that exist: 'gene', 'cell'"],
  missingPackage: ['missingPackage', 'The Python package scanpy is not installed; cell 1 imports it'],
  kernelDied: [
    'kernelDied',
    'The kernel died while cell 1 ran, most often because the machine ran out of memory, else because compiled code crashed',
  ],
  outOfMemory: [
    'outOfMemory',
    'Memory ran out in cell 1: Unable to allocate 728. TiB for an array with shape (10000000, 10000000) and data type float64',
  ],
  wantsInput: ['wantsInput', 'Cell 1 asks for input, and nobody can answer in a run'],
  systemExit: ['systemExit', 'Cell 1 ended the notebook with SystemExit 3; the cells after it did not run'],
  systemExitZero: ['systemExit', 'Cell 1 ended the notebook with SystemExit 0; the cells after it did not run'],
  syntaxError: ['cellRaised', 'SyntaxError in cell 1: invalid syntax (2917246964.py, line 2)'],
  diskFull: ['diskFull', 'The disk is full, or its quota is used up: cell 1 could not write'],
  permissionDenied: ['permissionDenied', "Cell 1 may not read or write '/data/counts.h5ad': permission denied"],
  fileNotFound: ['fileNotFound', "Cell 1 opens 'data/counts.csv', which is not there in the run"],
  unpickledPointer: [
    'gitLfsPointer',
    'The file that cell 1 loads does not hold what it should; it looks like a git LFS pointer',
  ],
  printsOtherErrors: ['cellRaised', 'ZeroDivisionError in cell 2: division by zero'],
  secretInError: [
    'cellRaised',
    'RuntimeError in cell 1: GET https://[masked]@pypi.example.org/simple?token=[masked] Authorization: [masked]',
  ],
  chainedErrors: ['cellRaised', 'ValueError in cell 1: bad'],
  missingKernel: [
    'missingKernel',
    'The notebook asks for the kernel r-4.1, which is not there; the kernels that exist: python3',
  ],
  cellTimeout: ['cellTimeout', 'The time limit for one cell, 2s, was reached in cell 1'],
  stepTimeout: ['stepTimeout', 'The time limit of step notebook, 5s, was reached in cell 1'],
  notebookIsPointer: ['gitLfsPointer', 'The notebook file is a git LFS pointer: its content has not been fetched'],
  notebookHasConflict: ['gitConflict', 'The notebook file has the marks of a git merge conflict in it'],
  testsFailed: [
    'testsFailed',
    'Tests failed (4 failed, 7 passed, 1 skipped, 1 xfailed, 3 errors): tests/test_all.py::test_fail, tests/test_all.py::test_param[<&>], tests/test_all.py::test_xpass and 3 more',
  ],
  noTests: ['noTestsCollected', 'No test was collected: pytest looks for functions test_… in files test_….py'],
  testsNotCollected: [
    'testsNotCollected',
    "The tests could not be collected (tests/test_a.py): ModuleNotFoundError: No module named 'not_there_pkg'",
  ],
  conftestFails: [
    'testsNotCollected',
    "The tests could not be collected, because their conftest.py failed: ModuleNotFoundError: No module named 'not_there_pkg'",
  ],
  testSetupFails: ['testsFailed', 'Tests failed (1 error): tests/test_s.py::test_s'],
  programRaises: [
    'programRaised',
    'The command ended with JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
  ],
  programMissesPackage: ['missingPackage', 'The Python package torch is not installed; the command imports it'],
  commandNotFound: ['commandNotFound', 'no-such-program was not found on this machine, or something that it starts'],
  commandKilled: [
    'killed',
    'Step command was killed (exit code 137), most often because the machine ran out of memory',
  ],
  commandExitsThree: ['unknown', 'Step command ended with exit code 3'],
  indexNotReached: ['indexNotReached', 'pip could not reach the package index http://127.0.0.1:9/simple'],
  noSuchPackage: ['noSuchPackage', 'The package index has nothing that fits scanpyy'],
  noMatchingVersion: ['noMatchingVersion', 'No version of a package fits alpha==9; the versions that exist: 1.0, 2.0'],
  requirementsConflict: [
    'requirementsConflict',
    'The requirements contradict each other: alpha==2.0, and beta 1.0 depends on alpha==1.0',
  ],
  buildFailed: ['buildFailed', 'A package could not be built from its source: RuntimeError: needs a compiler'],
  invalidRequirement: ['invalidRequirement', "pip does not understand the requirement 'bad requirement!!'"],
  requiresOtherPython: ['requiresOtherPython', 'delta needs Python >=3.13, and this run has 3.11.7'],
  kernelNotStarted: ['kernelNotStarted', 'The kernel could not start: its Python has no ipykernel'],
  papermillMissing: ['toolMissing', 'The Python of this run has no papermill'],
  notebookNotFound: ['notebookNotFound', "The notebook missing.ipynb is not in the run's folder"],
  kernelDiedWithoutCell: [
    'kernelDied',
    'The kernel died, most often because the machine ran out of memory, else because compiled code crashed',
  ],
  cellRaisedWithoutCell: ['cellRaised', 'ZeroDivisionError in a cell: division by zero'],
  cellTimeoutWithoutCell: ['cellTimeout', 'The time limit for one cell, 3 seconds, was reached in the notebook'],
  stepInterrupted: ['stepTimeout', 'The time limit of step notebook was reached'],
  reportWithoutNotebook: ['reportWithoutNotebook', 'There is no executed notebook to make a report of'],
  reportOfPointer: ['gitLfsPointer', 'The notebook file is a git LFS pointer: its content has not been fetched'],
  noTestsWithMarker: ['noTestsCollected', 'No test was collected: none of 14 has the marker that was asked for'],
  testOptionsRefused: [
    'testOptionsRefused',
    'pytest does not know the options --cov=./; the plugins pytest-cov and pytest-html may be missing',
  ],
  testsNotFound: ['testsNotFound', 'The tests are not where they should be: nodir'],
  diskFullInPrepare: ['diskFull', 'The disk is full, or its quota is used up: step prepare could not write'],
  diskFullInCommand: ['diskFull', 'The disk is full, or its quota is used up: the command could not write'],
};

describe('a run that really failed', () => {
  it('has an expectation here, every one', () => {
    expect(Object.keys(wanted).toSorted()).toEqual(recordedNames.toSorted());
  });

  it.each(Object.entries(wanted))('%s', (name, [id, cause]) => {
    const evidence = recordedEvidence(name);
    const diagnosis = diagnose(evidence);
    expect(diagnosis).toMatchObject({ id, cause });
    expect(diagnosisSchema.safeParse(diagnosis).success).toBe(true);
    expect(diagnosis?.evidence).not.toEqual([]);
    expect(diagnosis?.fixes).not.toEqual([]);
    expect(diagnosis?.fixes.join('\n')).not.toMatch(/[{}]|undefined/);
    expect(diagnose(evidence)).toEqual(diagnosis);
  });

  it('shows the line that raised and the error, and says how to go on', () => {
    expect(diagnose(recordedEvidence('keyError'))).toMatchObject({
      evidence: ["embedding = obsm['pca']", "KeyError: 'pca'"],
      fixes: [expect.stringContaining("'pca'"), 'Edit cell 3, then: slipway retry analysis-7f3a --from notebook'],
    });
    expect(diagnose(recordedEvidence('missingPackage'))?.fixes[0]).toBe(
      'Add scanpy to requirements.txt, then: slipway retry analysis-7f3a --from prepare',
    );
  });

  it('shows lines of the log as they are', () => {
    for (const name of [
      'testsFailed',
      'requirementsConflict',
      'indexNotReached',
      'commandExitsThree',
      'testsNotCollected',
    ]) {
      const evidence = recordedEvidence(name);
      for (const line of diagnose(evidence)?.evidence ?? []) {
        const plain = evidence.logTail.replaceAll(/\u001b\[[0-9;]*m/g, '');
        expect(plain).toContain(line.replace(/…$/, ''));
      }
    }
  });
});

describe('a run that did not fail', () => {
  it.each<Run['state']>(['submitting', 'queued', 'staging', 'running', 'succeeded', 'cancelled'])(
    '%s gets none',
    (state) => {
      expect(diagnose({ run: runThat(state), logTail: 'Traceback (most recent call last):' })).toBeUndefined();
    },
  );
});

const notebookFailed: Step = { name: 'notebook', state: 'failed', exitCode: 1, reason: 'ValueError: bad in cell 2' };
const raised = (errorName: string, errorValue: string, traceback: string[] = []): FailedCell => ({
  id: 'a',
  index: 3,
  number: 2,
  source: 'one\ntwo',
  errorName,
  errorValue,
  traceback,
  line: 2,
});
const byCell = (cell: FailedCell, logTail = '') =>
  diagnose({ run: runThat('failed', notebookFailed), failedCell: cell, logTail });

it('names the notebook that %run did not find', () => {
  expect(byCell(raised('Exception', "File `'helpers.ipynb'` not found."))).toMatchObject({
    id: 'fileNotFound',
    cause: "Cell 2 opens 'helpers.ipynb', which is not there in the run",
  });
  expect(byCell(raised('Exception', "File `'helpers.ipynb'` is empty."))?.id).toBe('cellRaised');
});

it('names the package that a progress bar needs', () => {
  const said = 'IProgress not found. Please update jupyter and ipywidgets. See the documentation.';
  expect(byCell(raised('ImportError', said))).toMatchObject({
    id: 'widgetsMissing',
    cause: 'Cell 2 shows progress with tqdm.notebook, which needs the Python package ipywidgets',
  });
});

describe('never a confident wrong cause', () => {
  const misleading = [
    'Killed',
    "ModuleNotFoundError: No module named 'scanpy'",
    'nbclient.exceptions.DeadKernelError: Kernel died',
    'OSError: [Errno 28] No space left on device',
    'CUDA out of memory',
    'jupyter_client.kernelspec.NoSuchKernel: No such kernel named x',
    'A cell timed out while it was being executed, after 3 seconds',
    '/opt/python/bin/python: No module named papermill',
  ].join('\n');

  it('takes the error of the cell, whatever the notebook printed before', () => {
    expect(byCell(raised('ValueError', 'bad'), misleading)).toMatchObject({
      id: 'cellRaised',
      cause: 'ValueError in cell 2: bad',
      evidence: ['two', 'ValueError: bad'],
    });
  });

  it.each([
    ['AssertionError', "expected 'No space left on device' in the log"],
    ['ValueError', "ModuleNotFoundError: No module named 'x'"],
    ['RuntimeError', 'the worker said: DeadKernelError, Killed, KeyError: 1, MemoryError'],
    ['RuntimeError', 'the time limit of 5s was reached'],
    ['ValueError', 'CUDA out of memory is what I wanted to test'],
  ])('does not take the words of %s: %s for its kind', (name, value) => {
    expect(byCell(raised(name, value))?.id).toBe('cellRaised');
  });

  it('says unknown when the log of a notebook that did not raise tells of other things', () => {
    const step: Step = { name: 'notebook', state: 'failed', exitCode: 7, reason: 'papermill ended with exit code 7' };
    expect(diagnose({ run: runThat('failed', step), logTail: misleading })).toMatchObject({
      id: 'unknown',
      cause: 'Step notebook ended with exit code 7',
    });
  });

  it('does not take a traceback that a cell printed for the end of papermill', () => {
    const printed =
      'Traceback (most recent call last):\n  File "/data/x.py", line 1, in f\n    g()\nKeyError: 1\nafter that';
    const step: Step = { name: 'notebook', state: 'failed', exitCode: 1 };
    expect(diagnose({ run: runThat('failed', step), logTail: printed })?.id).toBe('unknown');
  });

  it('does not take the words that a program printed for its end', () => {
    const step: Step = { name: 'command', state: 'failed', exitCode: 3, reason: 'exit code 3' };
    const log = `${misleading}\none\ntwo\nthree, and the end`;
    expect(diagnose({ run: runThat('failed', step), logTail: log })).toMatchObject({
      id: 'unknown',
      evidence: expect.arrayContaining(['three, and the end']),
    });
  });

  it('does not take the traceback of a program that was killed for what ended it', () => {
    const log =
      'Traceback (most recent call last):\n  File "t.py", line 1, in <module>\n    f()\nValueError: dealt with';
    const step: Step = { name: 'command', state: 'failed', exitCode: 137 };
    expect(diagnose({ run: runThat('failed', step), logTail: log })?.id).toBe('killed');
  });

  it('does not take what tests print, or name a failure where the exit code says another', () => {
    const test = (exitCode: number): Step => ({ name: 'test', state: 'failed', exitCode });
    const log = 'OSError: [Errno 28] No space left on device\n==== 1 failed, 2 passed in 0.10s ====';
    expect(diagnose({ run: runThat('failed', test(1)), logTail: log })?.id).toBe('testsFailed');
    expect(diagnose({ run: runThat('failed', test(3)), logTail: log })?.id).toBe('unknown');
  });

  it('does not blame the index when pip came through at last', () => {
    const step: Step = { name: 'prepare', state: 'failed', exitCode: 1, reason: 'no pip was found' };
    const log = 'WARNING: Retrying (Retry(total=4, connect=None)) after connection broken\nSuccessfully installed x-1';
    expect(diagnose({ run: runThat('failed', step), logTail: log })).toMatchObject({
      id: 'unknown',
      cause: 'Step prepare ended with exit code 1: no pip was found',
    });
  });
});

describe('causes that a cell names', () => {
  it.each([
    [
      'ModuleNotFoundError',
      "No module named 'cv2'",
      'missingPackage',
      'opencv-python-headless is not installed; cell 2 imports it as cv2',
    ],
    [
      'ModuleNotFoundError',
      "No module named 'sklearn.svm'",
      'missingPackage',
      'scikit-learn is not installed; cell 2 imports it as sklearn.svm',
    ],
    ['ModuleNotFoundError', "No module named 'helpers'", 'missingPackage', 'helpers is not installed'],
    [
      'ModuleNotFoundError',
      "No module named 'a.b'; 'a' is not a package",
      'shadowedPackage',
      'a.py may hide the package',
    ],
    ['KeyError', '"None of [Index([\'x\'])] are in the [columns]"', 'keyError', "KeyError 'x' in cell 2"],
    ['KeyError', '42', 'keyError', 'KeyError 42 in cell 2'],
    ['KeyError', "'a' (keys are ['b', 'c'])", 'keyError', "the keys that exist: 'b', 'c'"],
    ['KeyError', "\"no 'a'. Available keys: dict_keys(['b', 'c'])\"", 'keyError', "the keys that exist: 'b', 'c'"],
    [
      'KeyError',
      "\"No variable named 'a'. Variables on the dataset include ['b']\"",
      'keyError',
      "KeyError 'a' in cell 2 — the keys that exist: 'b'",
    ],
    [
      'OutOfMemoryError',
      'CUDA out of memory. Tried to allocate 2.00 GiB',
      'outOfGpuMemory',
      'The memory of the GPU ran out in cell 2',
    ],
    ['RuntimeError', 'CUDA error: CUBLAS_STATUS_ALLOC_FAILED', 'outOfGpuMemory', 'cell 2'],
    ['MemoryError', '', 'outOfMemory', 'Memory ran out in cell 2'],
    [
      'OSError',
      "[Errno 30] Read-only file system: '/ref/x'",
      'readOnly',
      "Cell 2 writes to '/ref/x', which is read-only",
    ],
    ['OSError', '[Errno 122] Disk quota exceeded', 'diskFull', 'quota'],
    [
      'ConnectionError',
      'HTTPSConnectionPool(host=x): Max retries exceeded',
      'serverNotReached',
      'Cell 2 could not reach a server',
    ],
    ['DeadKernelError', 'the kernel died while this cell ran', 'kernelDied', 'while cell 2 ran'],
    ['SystemExit', '', 'systemExit', 'ended the notebook with SystemExit; the cells'],
    ['错误', '中文', 'cellRaised', '错误 in cell 2: 中文'],
    ['', '', 'unknown', 'Step notebook ended with exit code 1'],
  ])('%s: %s → %s', (name, value, id, words) => {
    const diagnosis = byCell(raised(name, value));
    expect(diagnosis?.id).toBe(id);
    expect(diagnosis?.cause).toContain(words);
  });

  it('finds the keys in notes at the end of the traceback', () => {
    const traceback = ['frames', "KeyError: 'pca'\nthe keys that exist: 'X_pca', 'spatial'"];
    expect(byCell(raised('KeyError', "'pca'", traceback))?.cause).toBe(
      "KeyError 'pca' in cell 2 — the keys that exist: 'X_pca', 'spatial'",
    );
  });

  it('does not find them in the code that raised', () => {
    const traceback = ["----> 2 raise KeyError(f'available keys: {list(x)}')", "KeyError: 'pca'"];
    expect(byCell(raised('KeyError', "'pca'", traceback))?.cause).toBe("KeyError 'pca' in cell 2");
  });

  it('names the cell that papermill inserted in words', () => {
    const cell = { ...raised('NameError', "name 'x' is not defined"), index: -1, number: 0 };
    expect(byCell(cell)?.cause).toBe("NameError in the cell with the injected parameters: name 'x' is not defined");
  });

  it("takes the run's own failed cell when none is given", () => {
    const run: Run = { ...runThat('failed', notebookFailed), failedCell: raised('KeyError', "'pca'") };
    expect(diagnose({ run, logTail: '' })?.id).toBe('keyError');
  });
});

describe('causes that lie outside of the program', () => {
  it('lost', () => {
    const running: Step = { name: 'notebook', state: 'running' };
    expect(diagnose({ run: runThat('lost', running), logTail: 'a\n\nlast line\n' })).toEqual({
      id: 'lost',
      cause:
        'The run was lost in step notebook: the process that drove it ended without a verdict, as after a restart of the machine',
      evidence: ['a', 'last line'],
      fixes: ['slipway retry analysis-7f3a'],
      translations: {
        'zh-cn': {
          cause: '运行在 notebook 步骤中丢失：管理它的进程没有给出结果就结束了，例如机器重启之后',
          fixes: ['slipway retry analysis-7f3a'],
        },
      },
    });
    expect(diagnose({ run: runThat('lost'), logTail: '' })?.cause).toMatch(/^The run was lost: /);
  });

  it('timed out', () => {
    const step: Step = { name: 'test', state: 'failed', exitCode: 124, reason: 'the time limit of 1m 30s was reached' };
    expect(diagnose({ run: runThat('timedOut', step), logTail: '' })).toMatchObject({
      id: 'stepTimeout',
      cause: 'The time limit of step test, 1m 30s, was reached',
      fixes: ['Raise timeouts.test: slipway rerun analysis-7f3a --edit', expect.stringContaining('--from test')],
    });
    expect(diagnose({ run: runThat('timedOut'), logTail: '' })?.cause).toBe('The time limit of the run was reached');
    const byReason: Step = { name: 'notebook', state: 'failed', reason: 'the time limit of 2s was reached by cell 4' };
    expect(diagnose({ run: runThat('timedOut', byReason), logTail: '' })?.id).toBe('cellTimeout');
  });

  it('a crash in compiled code', () => {
    const step: Step = { name: 'command', state: 'failed', exitCode: 139 };
    expect(diagnose({ run: runThat('failed', step), logTail: '' })?.cause).toBe(
      'Step command crashed in compiled code (exit code 139)',
    );
  });

  it('nothing is known at all', () => {
    expect(diagnose({ run: runThat('failed'), logTail: '' })).toEqual({
      id: 'unknown',
      cause: 'The run failed, and no step says why',
      evidence: [],
      fixes: ['slipway retry analysis-7f3a'],
      translations: { 'zh-cn': { cause: '运行失败，没有步骤说明原因', fixes: ['slipway retry analysis-7f3a'] } },
    });
  });
});
