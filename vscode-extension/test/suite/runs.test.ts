import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import type { Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import { artifactUri } from '../../src/surfaces/artifactFiles.ts';
import { slipway } from './extension.ts';
import { MemoryFiles, memoryScheme } from './memoryFiles.ts';
import { ended, notebookOf, press, runsMs } from './started.ts';
import { recordTests, type RecordedTests } from './recordedTests.ts';

const output = async (run: Run, name: string): Promise<string> => {
  const uri = artifactUri({ context: run.context, run: run.name }, `output/${name}`);
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
};

describe('runs of the local target', function () {
  this.timeout(runsMs);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder !== undefined);
  const at = (name: string): vscode.Uri => vscode.Uri.joinPath(folder.uri, name);
  const files = new MemoryFiles();
  const registered: { dispose(): unknown }[] = [];
  const news = new Map<string, Set<string>>();
  let failing: vscode.NotebookDocument;
  let runs: Record<'failing' | 'virtual' | 'script' | 'untitled', Run>;
  let tests: RecordedTests;

  before('start them all', async () => {
    registered.push(vscode.workspace.registerFileSystemProvider(memoryScheme, files, { isCaseSensitive: true }));
    tests = recordTests();
    const { core } = await slipway().activate();
    registered.push(
      core.onNotification('run/changed', ({ run }) => {
        const states = news.get(run.name) ?? new Set();
        news.set(run.name, states.add(run.state));
      }),
    );
    failing = await vscode.workspace.openNotebookDocument(at('failing.ipynb'));
    await replace(failing.cellAt(1).document, 'counts = {}\n\ncounts["as edited"]');
    const script = await vscode.workspace.openTextDocument(at('script.py'));
    await replace(script, 'print("as edited")\n');
    files.put('/study/companion.py', 'def triple(number):\n    return 3 * number\n');
    const inMemory = files.put('/study/analysis.ipynb', notebookOf('from companion import triple', 'triple(14)'));
    const untitled = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([
        new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'import helper\nhelper.double(21)', 'python'),
      ]),
    );
    runs = {
      failing: await press(failing.uri),
      script: await press(script.uri),
      virtual: await press(inMemory),
      untitled: await press(untitled.uri),
    };
  });

  after(() => {
    for (const each of registered) each.dispose();
  });

  it('run what the editor shows, unsaved, and leave the file as it is', async () => {
    const run = await ended(runs.failing);
    assert.equal(run.state, 'failed');
    assert.match(run.failedCell?.errorValue ?? '', /as edited/);
    assert.equal(run.source?.unsaved, true);
    assert.ok(failing.isDirty);
    assert.doesNotMatch(readFileSync(at('failing.ipynb').fsPath, 'utf8'), /as edited/);
  });

  it('tell the window of each state that they go through', () => {
    assert.deepEqual([...(news.get(runs.failing.name) ?? [])].slice(-2), ['running', 'failed']);
  });

  it('mark the line of the cell that failed, until the notebook runs again', async () => {
    const reference = { context: 'local', run: runs.failing.name };
    await vscode.commands.executeCommand('slipway.openFailedCell', reference);
    const cell = failing.cellAt(1).document;
    const marks = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(cell.uri);
    assert.deepEqual(
      marks().map(({ range, source, message }) => [range.start.line, source, message]),
      [[2, 'Slipway', "KeyError: 'as edited'"]],
    );
    assert.equal(vscode.window.activeNotebookEditor?.notebook.uri.toString(), failing.uri.toString());
    const again = await press(failing.uri);
    assert.deepEqual(marks(), []);
    await vscode.commands.executeCommand('slipway.cancel', { context: 'local', run: again.name });
    assert.equal((await ended(again)).state, 'cancelled');
  });

  it('take a script from the disk, saved before', async () => {
    await ended(runs.script);
    assert.equal(readFileSync(at('script.py').fsPath, 'utf8'), 'print("as edited")\n');
    const { core } = await slipway().activate();
    const asked = { context: 'local', run: runs.script.name, position: '' };
    const { batches } = await core.request('logs/read', asked, AbortSignal.timeout(60_000));
    assert.match(batches.map(({ data, encoding }) => Buffer.from(data, encoding).toString()).join(''), /as edited/);
  });

  it('take a notebook that was never saved, with the files of the workspace', async () => {
    await ended(runs.untitled);
    assert.match(await output(runs.untitled, `${runs.untitled.title.replace(/\.ipynb$/, '')}_output.ipynb`), /42/);
  });

  it('take a notebook of a folder that is on no disk, with the files beside it', async () => {
    assert.equal((await ended(runs.virtual)).state, 'succeeded');
    assert.match(await output(runs.virtual, 'analysis_output.ipynb'), /42/);
  });

  it('leave files that editors can read and not change', async () => {
    const uri = artifactUri({ context: 'local', run: runs.virtual.name }, 'output/analysis_output.ipynb');
    const { permissions, type, size } = await vscode.workspace.fs.stat(uri);
    assert.equal(permissions, vscode.FilePermission.Readonly);
    assert.equal(type, vscode.FileType.File);
    assert.ok(size > 0);
    // Notebooks come inert, other files byte for byte.
    const notebook: unknown = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    assert.ok(typeof notebook === 'object' && notebook !== null && 'cells' in notebook);
    const log = artifactUri({ context: 'local', run: runs.virtual.name }, 'output/papermill.log');
    const { size: bytes } = await vscode.workspace.fs.stat(log);
    assert.equal((await vscode.workspace.fs.readFile(log)).length, bytes);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(uri.scheme), false);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(uri, new Uint8Array()));
    await assert.rejects(async () => vscode.workspace.fs.delete(uri));
    const missing = artifactUri({ context: 'local', run: runs.virtual.name }, 'output/none.txt');
    await assert.rejects(async () => vscode.workspace.fs.stat(missing), { code: 'FileNotFound' });
    const outside = artifactUri({ context: 'local', run: runs.virtual.name }, '../../../workspace/helper.py');
    await assert.rejects(async () => vscode.workspace.fs.readFile(outside));
  });

  it('show their test results on the files of the workspace', async () => {
    await vscode.commands.executeCommand('slipway.showTests', { context: 'local', run: runs.script.name });
    assert.deepEqual(
      tests.results.map(({ label, outcome }) => [label, outcome]),
      [
        ['test_doubles', 'passed'],
        ['test_is_wrong_about_zero', 'failed'],
      ],
    );
    for (const { uri } of tests.results) assert.equal(uri?.toString(), at('tests/test_helper.py').toString());
    assert.match(tests.results[1]?.message ?? '', /assert 0 == 1/);
    assert.deepEqual(tests.covered.get(at('helper.py').toString()), { covered: 3, total: 4 });
  });
});

async function replace(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit), `${document.uri.toString()} was not edited`);
}
