import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type CallbackResult, type LogPage, type Run, SlipwayError, terminalStates } from '../protocol/index.ts';
import { artifactTarget } from './artifactPath.ts';
import type { ProtocolClient } from './protocolClient.ts';
import type { HostFiles } from './session.ts';
import { listeningLine } from './testing/processes.ts';
import { temporaryFolders } from './testing/temporary.ts';
import { hello, never, socketClient } from './testing/wires.ts';

const python = process.env.SLIPWAY_TEST_PYTHON;
const main = fileURLToPath(new URL('testing/realMain.ts', import.meta.url));
const secret = '0123456789abcdef'.repeat(3);
const temporaryFolder = temporaryFolders();
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
});

async function startCore(root: string): Promise<{ child: ChildProcess; socketPath: string; log: string[] }> {
  const socketPath = join(root, 'socket', 's');
  const child = spawn(process.execPath, [main, root, socketPath], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const log: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  child.stdin.write(`${secret}\n`);
  await listeningLine(child);
  return { child, socketPath, log };
}

/** A host whose folder exists in memory only. */
function memoryHost(contents: Readonly<Record<string, string>>): HostFiles {
  const bytes = new Map(Object.entries(contents).map(([path, text]) => [path, Buffer.from(text)]));
  return {
    'files/list': ({ path }) => {
      const prefix = path === '' ? '' : `${path}/`;
      const below = [...bytes].filter(([name]) => name.startsWith(prefix));
      const entries = new Map<string, CallbackResult<'files/list'>['entries'][number]>();
      for (const [name, { length }] of below) {
        const [first = '', ...deeper] = name.slice(prefix.length).split('/');
        const isFile = deeper.length === 0;
        entries.set(first, { name: first, kind: isFile ? 'file' : 'folder', bytes: isFile ? length : 0 });
      }
      return Promise.resolve({ entries: [...entries.values()] });
    },
    'files/stat': ({ path }) => {
      const content = bytes.get(path);
      if (content !== undefined) return Promise.resolve({ kind: 'file', bytes: content.length });
      const isFolder = path === '' || [...bytes.keys()].some((name) => name.startsWith(`${path}/`));
      return Promise.resolve({ kind: isFolder ? 'folder' : 'missing', bytes: 0 });
    },
    'files/read': ({ path, offset, length }) =>
      Promise.resolve({
        data: (bytes.get(path) ?? Buffer.alloc(0)).subarray(offset, offset + length).toString('base64'),
      }),
  };
}

function notebookWith(...sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: source.startsWith('n = ') ? { tags: ['parameters'] } : {},
    execution_count: null,
    outputs: [],
    source,
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
}

async function finalRun(client: ProtocolClient, run: string): Promise<Run> {
  let end: (run: Run) => void = () => undefined;
  const ended = new Promise<Run>((resolve) => (end = resolve));
  const listening = client.onNotification('run/changed', ({ run: changed }) => {
    if (changed.name === run && terminalStates.has(changed.state)) end(changed);
  });
  const { watch } = await client.request('runs/watch', {}, never);
  // It may have ended before the watch began.
  const now = await client.request('runs/get', { run }, never);
  const last = terminalStates.has(now.state) ? now : await ended;
  listening.dispose();
  await client.request('runs/unwatch', { watch }, never);
  return last;
}

async function wholeLog(client: ProtocolClient, run: string): Promise<string> {
  const pieces: Buffer[] = [];
  let page: LogPage = { batches: [], next: '', end: false };
  while (!page.end) {
    page = await client.request('logs/read', { run, position: page.next, waitMs: 1000 }, never);
    for (const { data, encoding } of page.batches) pieces.push(Buffer.from(data, encoding));
  }
  return Buffer.concat(pieces).toString();
}

async function download(socketPath: string, path: string): Promise<{ status: number | undefined; body: Buffer }> {
  const asked = request({ socketPath, path, headers: { authorization: `Bearer ${secret}` }, agent: false });
  const answered = new Promise<{ status: number | undefined; body: Buffer }>((resolve, reject) => {
    asked.on('error', reject);
    asked.on('response', (response) => {
      buffer(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
  });
  asked.end();
  return answered;
}

describe('a notebook that exists only in its host', () => {
  it('runs as the editor shows it, is watched and read by two clients, and its report comes over HTTP', async () => {
    if (python === undefined)
      throw new Error('Set SLIPWAY_TEST_PYTHON to a Python with papermill, nbconvert and pytest.');
    const root = await temporaryFolder();
    const { socketPath, log } = await startCore(root);
    const host = (await socketClient(socketPath, secret)).client;
    const onlooker = (await socketClient(socketPath, secret)).client;
    const files = {
      '分析.ipynb': notebookWith('raise RuntimeError("the saved text ran")'),
      'helpers.py': 'factor = 7\n',
    };
    host.serveFiles(memoryHost(files));
    await Promise.all([hello(host, true), hello(onlooker)]);
    const heard: string[] = [];
    onlooker.onNotification('run/changed', ({ run }) => heard.push(run.state));
    const progress: string[] = [];
    host.onNotification('submit/progress', ({ text }) => progress.push(text));
    await onlooker.request('runs/watch', { context: 'local' }, never);

    const submission = {
      context: 'local',
      folder: { kind: 'host' as const, id: 'tab-1', label: 'Drive: cells' },
      spec: { notebook: '分析.ipynb', python, parameters: { n: 6 } },
      notebookText: notebookWith('n = 1', 'import helpers\nprint("答案", n * helpers.factor)'),
      unsaved: true,
    };
    const plan = await host.request('jobs/plan', submission, never);
    expect(plan).toMatchObject({
      unsaved: true,
      codeCells: 2,
      companions: { files: [{ path: 'helpers.py', bytes: 11 }] },
    });
    const submitted = await host.request('runs/submit', submission, never);
    expect(progress).not.toEqual([]);

    const run = await finalRun(host, submitted.name);
    expect(run).toMatchObject({ state: 'succeeded', source: { unsaved: true } });
    expect(heard).toContain('running');
    await expect.poll(() => heard.at(-1), { timeout: 120_000 }).toBe('succeeded');
    expect(await wholeLog(onlooker, run.name)).toContain('答案 42');

    const { artifacts } = await onlooker.request('artifacts/list', { run: run.name }, never);
    const report = artifacts.find(({ role }) => role === 'report');
    const { status, body } = await download(socketPath, artifactTarget('local', run.name, report?.path ?? ''));
    expect(status).toBe(200);
    expect(body.length).toBe(report?.bytes);
    expect(body.toString()).toContain('答案 42');
    const zip = await download(socketPath, `/runs/local/${run.name}/artifacts.zip`);
    expect(zip.body.subarray(0, 2).toString()).toBe('PK');
    const escape = await download(socketPath, `/runs/local/${run.name}/artifacts/..%2f..%2f..%2fsocket`);
    expect(escape.status).toBe(404);

    expect(log).toEqual([]);

    expect(await host.request('runs/delete', { run: run.name }, never)).toEqual({});
    await expect(host.request('runs/get', { run: run.name }, never)).rejects.toBeInstanceOf(SlipwayError);
  });

  it('goes on when its core ends, and the next core tells how it ended', async () => {
    if (python === undefined)
      throw new Error('Set SLIPWAY_TEST_PYTHON to a Python with papermill, nbconvert and pytest.');
    const root = await temporaryFolder();
    const first = await startCore(root);
    const client = (await socketClient(first.socketPath, secret)).client;
    client.serveFiles(memoryHost({}));
    await hello(client, true);
    const spec = { notebook: 'a.ipynb', python };
    const folder = { kind: 'host' as const, id: 'x', label: 'Drive' };
    const notebookText = notebookWith('import time\ntime.sleep(3)\nprint("awake")', 'missing_name');
    const { name } = await client.request('runs/submit', { context: 'local', folder, spec, notebookText }, never);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await startCore(root);
    const next = (await socketClient(second.socketPath, secret)).client;
    await hello(next);
    const run = await finalRun(next, name);
    expect(run).toMatchObject({ state: 'failed', failedCell: { id: 'cell-1', errorName: 'NameError' } });
    expect(await wholeLog(next, name)).toContain('awake');
    expect(await next.request('artifacts/failedCell', { run: name }, never)).toMatchObject({ id: 'cell-1', index: 1 });
  });
});
