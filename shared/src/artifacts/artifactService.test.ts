import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunFile } from '../pipeline/index.ts';
import type { RunEvent } from '../protocol/index.ts';
import { createArtifactService } from './artifactService.ts';
import { type MadeUpFile, type MemoryRun, MemoryTarget } from './testing/memoryTarget.ts';
import { collect, readZip } from './testing/readZip.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '__fixtures__', name), 'utf8');
const never = new AbortController().signal;

function serviceOf(run: MemoryRun) {
  const target = new MemoryTarget(run);
  return { target, service: createArtifactService({ targets: new Map([['local', target]]) }) };
}

const shared = {
  version: 1,
  run: 'run',
  spec: {},
  parameters: {},
  env: {},
  environment: { base: 'interpreter' },
  timeouts: {},
  inputHashes: { notebook: '', requirements: '', tests: '' },
} as const;

const commandFile: RunFile = {
  ...shared,
  steps: ['prepare', 'command', 'collect'],
  outputs: [],
  command: { argv: ['python', 'train.py'] },
};

const runFile: RunFile = {
  ...shared,
  steps: ['prepare', 'notebook', 'collect'],
  outputs: [],
  notebook: {
    path: 'deep/analysis.ipynb',
    name: 'analysis',
    kernel: 'python3',
    language: 'python',
    cells: ['cell-1', 'cell-2', 'cell-4', 'cell-5'].map((id) => ({ id, label: '' })),
  },
};

const notebookFailed: RunEvent = { type: 'stepFinished', time: 2, step: 'notebook', state: 'failed', exitCode: 1 };
const finished: RunEvent = { type: 'finished', time: 3, state: 'failed' };

describe('open', () => {
  const files = {
    'output/analysis_output.html': '<html>',
    'output/analysis_output.ipynb': '{}',
    'output/papermill.log': 'log',
    'output/jupyter_nbconvert.log': 'log',
    'output/same.txt': 'from output',
    'work/same.txt': 'from work',
    'work/report': 'a file with the name of a role',
    'work/figures/umap.png': 'png',
    'summary.md': 'summary',
  };

  it.each([
    ['output/analysis_output.html', 'output/analysis_output.html', 'text/html'],
    ['analysis_output.html', 'output/analysis_output.html', 'text/html'],
    ['figures/umap.png', 'work/figures/umap.png', 'image/png'],
    ['executedNotebook', 'output/analysis_output.ipynb', 'application/x-ipynb+json'],
    ['notebook', 'output/analysis_output.ipynb', 'application/x-ipynb+json'],
    ['report', 'work/report', 'application/octet-stream'],
    ['work/same.txt', 'work/same.txt', 'text/plain'],
    ['summary.md', 'summary.md', 'text/markdown'],
  ])('opens %s as %s', async (name, path, mediaType) => {
    const { service } = serviceOf({ files });
    const opened = await service.open('local', 'run', name, undefined, never);
    expect(opened).toMatchObject({ path, mediaType });
    const wanted = Object.entries(files).find(([key]) => key === path)?.[1];
    expect((await collect(opened.content)).toString()).toBe(wanted);
  });

  it('opens a report by its role', async () => {
    const { service } = serviceOf({ files: { 'output/analysis_output.html': '<html>' } });
    expect(await service.open('local', 'run', 'report', undefined, never)).toMatchObject({
      path: 'output/analysis_output.html',
    });
  });

  it('does not list, which may mean hashing everything, when a path is given', async () => {
    const { service, target } = serviceOf({ files });
    await service.open('local', 'run', 'output/analysis_output.html', { start: 1, end: 3 }, never);
    expect(target.lists).toBe(0);
  });

  it('hands a byte range on', async () => {
    const { service } = serviceOf({ files });
    const opened = await service.open('local', 'run', 'output/analysis_output.html', { start: 1, end: 3 }, never);
    expect(opened.bytes).toBe(6);
    expect((await collect(opened.content)).toString()).toBe('ht');
  });

  it.each([
    ['same.txt', 'usage', 'output/same.txt, work/same.txt'],
    ['log', 'usage', 'output/papermill.log'],
    ['file', 'artifact.notFound', 'file'],
    ['nothing', 'artifact.notFound', 'nothing'],
    ['output/nothing', 'artifact.notFound', 'output/nothing'],
    ['../other/run.json', 'path.refused', '..'],
    ['output/../../x', 'path.refused', '..'],
    ['__proto__', 'artifact.notFound', '__proto__'],
  ])('refuses %s with %s', async (name, code, words) => {
    const { service } = serviceOf({ files });
    const opening = service.open('local', 'run', name, undefined, never);
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('names the contexts that exist', async () => {
    const { service } = serviceOf({ files });
    await expect(service.list('team-a', 'run', never)).rejects.toMatchObject({
      code: 'context.unknown',
      action: 'Use one of: local.',
    });
    await expect(service.list('local', 'other', never)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it('does nothing after an abort', async () => {
    const { service, target } = serviceOf({ files });
    const aborted = AbortSignal.abort(new Error('gone'));
    await expect(service.open('local', 'run', 'report', undefined, aborted)).rejects.toThrow('gone');
    await expect(service.tests('local', 'run', aborted)).rejects.toThrow('gone');
    await expect(service.failedCell('local', 'run', aborted)).rejects.toThrow('gone');
    expect(target.opened).toEqual([]);
  });
});

describe('zip', () => {
  it('holds every artifact, in order of the paths, and is the same every time', async () => {
    const files = {
      'work/b.txt': 'b',
      'output/z.png': 'z',
      'output/A.txt': 'A',
      'output/a.txt': 'a',
      'run.json': '{}',
    };
    const { service, target } = serviceOf({ files, events: [finished] });
    const zip = await collect(service.zip('local', 'run', never));
    expect(readZip(zip).map(({ name, content, stored }) => [name, content.toString(), stored])).toEqual([
      ['output/A.txt', 'A', false],
      ['output/a (2).txt', 'a', false],
      ['output/z.png', 'z', true],
      ['work/b.txt', 'b', false],
    ]);
    expect(zip.equals(await collect(service.zip('local', 'run', never)))).toBe(true);
    expect(target).toMatchObject({ openNow: 0, mostOpen: 1 });
  });

  it('closes the file that is open when the download is aborted', async () => {
    const { service, target } = serviceOf({ files: { 'output/big.bin': endless } });
    const controller = new AbortController();
    const reading = collect(service.zip('local', 'run', controller.signal));
    while (target.openNow === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
    expect(target.openNow).toBe(0);
  });

  it('rejects for a context or run that is not there', async () => {
    const { service } = serviceOf({ files: {} });
    await expect(collect(service.zip('team-a', 'run', never))).rejects.toMatchObject({ code: 'context.unknown' });
    await expect(collect(service.zip('local', 'other', never))).rejects.toMatchObject({ code: 'run.notFound' });
  });
});

describe('tests and coverage', () => {
  it('are read where they are, and null where they are not', async () => {
    const files = {
      'output/pytest_results.xml': fixture('pytest.xml'),
      'output/coverage.xml': fixture('coverage.xml'),
    };
    const { service } = serviceOf({ files });
    expect(await service.tests('local', 'run', never)).toMatchObject({ failed: 4 });
    expect(await service.coverage('local', 'run', never)).toMatchObject({ linesValid: 33 });
    const { service: empty } = serviceOf({ files: {} });
    expect(await empty.tests('local', 'run', never)).toBeNull();
    expect(await empty.coverage('local', 'run', never)).toBeNull();
    await expect(empty.tests('local', 'other', never)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  it('are refused, and closed, where they are too large', async () => {
    const { service, target } = serviceOf({
      files: { 'output/pytest_results.xml': { ...endless, bytes: 65 * 1024 * 1024 } },
    });
    await expect(service.tests('local', 'run', never)).rejects.toMatchObject({ code: 'artifact.unreadable' });
    expect(target.openNow).toBe(0);
  });
});

describe('failedCell', () => {
  const files = { 'output/analysis_output.ipynb': fixture('keyError.ipynb') };

  it('is what the verdict says, without reading the notebook', async () => {
    const cell = { id: 'a', index: 1, number: 1, source: 'x', errorName: 'E', errorValue: 'v', traceback: [] };
    const { service, target } = serviceOf({
      files,
      runFile,
      events: [notebookFailed, { ...finished, failedCell: cell }],
    });
    expect(await service.failedCell('local', 'run', never)).toEqual(cell);
    expect(target.opened).toEqual([]);
  });

  it('is read from the executed notebook where the verdict has only part of it, else that part', async () => {
    const part = { id: 'a', index: 1, number: 1, source: '', partial: true as const };
    const told = { ...part, errorName: 'KeyError', errorValue: 'v', traceback: [] };
    const events = [notebookFailed, { ...finished, failedCell: told }];
    const { service } = serviceOf({ files, runFile, events });
    expect(await service.failedCell('local', 'run', never)).toMatchObject({
      id: 'cell-4',
      source: "obsm = {'X_pca': 1}\nembedding = obsm['pca']",
    });
    expect(await service.failedCell('local', 'run', never)).not.toHaveProperty('partial');
    const gone = serviceOf({ files: {}, runFile, events });
    expect(await gone.service.failedCell('local', 'run', never)).toEqual(told);
  });

  it('is read from the executed notebook while collect still runs, or when it left no verdict', async () => {
    for (const events of [[notebookFailed], [notebookFailed, finished], [{ ...finished, state: 'lost' as const }]]) {
      const { service } = serviceOf({ files, runFile, events });
      expect(await service.failedCell('local', 'run', never)).toMatchObject({
        id: 'cell-4',
        index: 4,
        number: 3,
        line: 2,
      });
    }
  });

  it('has the index of the submitted notebook, whatever papermill took out', async () => {
    const submitted = ['old-marker', 'cell-0', 'cell-1', 'cell-2', 'cell-3', 'cell-4', 'cell-5'].map((id) => ({ id }));
    const staged = { ...files, 'inputs/deep/analysis.ipynb': JSON.stringify({ cells: submitted }) };
    const { service } = serviceOf({ files: staged, runFile, events: [notebookFailed] });
    expect(await service.failedCell('local', 'run', never)).toMatchObject({ id: 'cell-4', index: 5, number: 3 });
  });

  it('is null while the notebook runs, when it succeeded, when nothing was executed, and for a command', async () => {
    const broken = { 'output/analysis_output.ipynb': '{"cells": [' };
    const started: RunEvent = { type: 'stepStarted', time: 1, step: 'notebook' };
    const cases: MemoryRun[] = [
      { files: broken, runFile, events: [started] },
      { files: broken, runFile, events: [{ ...notebookFailed, state: 'succeeded' }, finished] },
      { files: {}, runFile, events: [notebookFailed, finished] },
      { files: {}, runFile: commandFile, events: [finished] },
    ];
    for (const run of cases) expect(await serviceOf(run).service.failedCell('local', 'run', never)).toBeNull();
  });

  it('is found in a notebook with 200 MB of outputs', async () => {
    const [head = '', tail = ''] = fixture('keyError.ipynb').split('"Killed\\n",');
    const { service, target } = serviceOf({
      files: { 'output/analysis_output.ipynb': large(`${head}"`, `",${tail}`, 200_000_000) },
      runFile,
      events: [notebookFailed],
    });
    expect(await service.failedCell('local', 'run', never)).toMatchObject({ id: 'cell-4', number: 3, line: 2 });
    expect(target.openNow).toBe(0);
  });
});

const endless: MadeUpFile = {
  bytes: 1,
  async *content(signal) {
    for (;;) {
      signal.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
      yield new Uint8Array(65_536);
    }
  },
};

function large(head: string, tail: string, bytes: number): MadeUpFile {
  const chunk = new TextEncoder().encode('0123456789abcdef'.repeat(65_536));
  return {
    bytes,
    async *content() {
      await Promise.resolve();
      yield new TextEncoder().encode(head);
      for (let given = 0; given < bytes; given += chunk.byteLength) yield chunk;
      yield new TextEncoder().encode(tail);
    },
  };
}
