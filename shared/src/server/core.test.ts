import { readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { protocolVersion } from '../protocol/index.ts';
import { type Core, createCore } from './core.ts';
import { containing } from './testing/matchers.ts';
import { environmentIn } from './testing/realCore.ts';
import { temporaryFolders } from './testing/temporary.ts';
import { hello, never, wire } from './testing/wires.ts';

const temporaryFolder = temporaryFolders();
const cores: Core[] = [];

afterEach(async () => {
  await Promise.all(cores.splice(0).map((core) => core.dispose()));
});

async function start(): Promise<{ core: Core; root: string; log: string[] }> {
  const root = await temporaryFolder();
  const log: string[] = [];
  const core = createCore(await environmentIn(root, { log: (entry) => log.push(entry) }));
  cores.push(core);
  return { core, root, log };
}

const hostFolder = { kind: 'host' as const, id: 'f1', label: 'Drive: cells' };

describe('a core', () => {
  it('writes nothing until it is asked to run something', async () => {
    const { core, root } = await start();
    expect(await core.handlers['runs/list']({}, never)).toEqual({ runs: [] });
    expect(await readdir(root)).toEqual(['home', 'tmp']);
  });

  it('says who it is', async () => {
    const { core } = await start();
    const { client } = wire(core);
    expect(await hello(client)).toEqual({
      protocolVersion,
      core: { version: '0.1.0', node: process.version, pid: process.pid },
      contexts: ['local'],
    });
  });

  it('publishes the schema of a job spec and checks specs by it', async () => {
    const { core } = await start();
    const { client } = wire(core);
    await hello(client);
    const { schema } = await client.request('jobs/schema', {}, never);
    expect(schema.properties).toHaveProperty('notebook');
    const right = await client.request('jobs/validate', { text: 'notebook: a.ipynb\nparameters: {n: 3}\n' }, never);
    expect(right).toEqual({ spec: { notebook: 'a.ipynb', parameters: { n: 3 } }, problems: [] });
    const wrong = await client.request('jobs/validate', { text: 'notebook: a.ipynb\nimagee: x\n' }, never);
    expect(wrong.problems).toMatchObject([{ line: 2, message: containing('imagee') }]);
  });

  it('names what is missing', async () => {
    const { core } = await start();
    const { client } = wire(core);
    await hello(client);
    const missing = { code: 'run.notFound' };
    await expect(client.request('runs/get', { run: 'none-1' }, never)).rejects.toMatchObject(missing);
    await expect(client.request('artifacts/list', { run: 'none-1' }, never)).rejects.toMatchObject(missing);
    await expect(client.request('logs/tail', { run: 'none-1', lines: 5 }, never)).rejects.toMatchObject(missing);
    const unknown = { code: 'context.unknown' };
    await expect(client.request('runs/watch', { context: 'team-z' }, never)).rejects.toMatchObject(unknown);
    await expect(client.request('doctor', { context: 'team-z' }, never)).rejects.toMatchObject(unknown);
    await expect(core.artifacts.open('local', 'none-1', 'report', undefined, never)).rejects.toMatchObject(missing);
  });

  it('starts and ends watches, and ends them with their session', async () => {
    const { core } = await start();
    const { client, served } = wire(core);
    await hello(client);
    const { watch } = await client.request('runs/watch', { context: 'local' }, never);
    expect(await client.request('runs/unwatch', { watch }, never)).toEqual({});
    expect(await client.request('runs/unwatch', { watch }, never)).toEqual({});
    await client.request('runs/watch', {}, never);
    expect(await client.request('shutdown', {}, never)).toEqual({});
    await served;
  });

  it("refuses a host's folder where no host answers, another session's included", async () => {
    const { core } = await start();
    const asked: string[] = [];
    const plain = wire(core);
    const withFiles = wire(core);
    withFiles.client.serveFiles({
      'files/list': () => Promise.resolve({ entries: [] }),
      'files/stat': ({ folder, path }) => {
        asked.push(`${folder}:${path}`);
        return Promise.resolve({ kind: path === '' ? 'folder' : 'missing', bytes: 0 });
      },
      'files/read': () => Promise.reject(new Error('unused')),
    });
    await Promise.all([hello(plain.client), hello(withFiles.client, true)]);
    const submission = { context: 'local', folder: hostFolder, spec: { notebook: 'a.ipynb' } };
    await expect(plain.client.request('jobs/plan', submission, never)).rejects.toMatchObject({
      code: 'files.refused',
      message: 'Nobody answers for the files of Drive: cells.',
    });
    expect(asked).toEqual([]);
    await expect(withFiles.client.request('jobs/plan', submission, never)).rejects.toMatchObject({
      code: 'notebook.unreadable',
      message: containing('Drive: cells'),
    });
    expect(asked).toContain('f1:a.ipynb');
  });

  it('refuses a folder that is no absolute path', async () => {
    const { core } = await start();
    const { client } = wire(core);
    await hello(client);
    const submission = {
      context: 'local',
      folder: { kind: 'disk' as const, path: 'work' },
      spec: { notebook: 'a.ipynb' },
    };
    await expect(client.request('jobs/plan', submission, never)).rejects.toMatchObject({ code: 'path.refused' });
  });
});
