import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installLauncher, type CoreFiles } from './launcher.ts';
import { openMachineFiles, type MachineFiles } from './machineFiles.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
let root: string;
let machine: MachineFiles;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-core-copy-'));
  const dataDir = join(root, 'data');
  machine = openMachineFiles({ dataDir, now: Date.now, tell: () => undefined });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** What an installation of this version holds. */
async function core(version: string, says = version): Promise<CoreFiles> {
  const folder = join(root, `installed-${version}`);
  await mkdir(join(folder, 'parts'), { recursive: true });
  await writeFile(join(folder, 'slipway.js'), "console.log(require('./parts/says.js'))");
  await writeFile(join(folder, 'sshProxy.cjs'), "console.log('proxy', require('./parts/says.js'))");
  await writeFile(join(folder, 'parts/says.js'), `module.exports = '${says}'`);
  return { version, folder, runtime: { path: process.execPath, electron: false } };
}

const install = (files: CoreFiles) => installLauncher(machine, files, []);
const launch = async (...args: string[]): Promise<string> =>
  (await run(machine.paths.launcher, args, { env: { PATH: '/nowhere' } })).stdout.trim();
const copies = async (): Promise<string[]> => (await readdir(machine.paths.core)).sort();
const age = async (name: string, ms: number): Promise<void> => {
  const then = new Date(Date.now() - ms);
  await utimes(join(machine.paths.core, name), then, then);
};

describe('the copy of the core that ssh starts', () => {
  it('runs without what it was copied from, and the newest one runs', async () => {
    const one = await core('1.0.0');
    await install(one);
    await rm(one.folder, { recursive: true });
    expect([await launch(), await launch('ssh-proxy')]).toEqual(['1.0.0', 'proxy 1.0.0']);
    await install(await core('1.1.0'));
    expect(await launch()).toBe('1.1.0');
    expect((await copies()).map((name) => name.split('-')[0])).toEqual(['1.0.0', '1.1.0']);
  });

  it('is made once for each content, also where the version is the same', async () => {
    await install(await core('1.0.0'));
    await install(await core('1.0.0'));
    expect(await copies()).toHaveLength(1);
    await install(await core('1.0.0', 'patched'));
    expect(await copies()).toHaveLength(2);
    expect(await launch()).toBe('patched');
  });

  it('is whole whoever makes it at the same time, and nothing is left beside it', async () => {
    const files = await core('1.0.0');
    await Promise.all(Array.from({ length: 8 }, () => install(files)));
    expect(await copies()).toEqual([expect.stringMatching(/^1\.0\.0-[0-9a-f]{12}$/)]);
    expect(await launch()).toBe('1.0.0');
  });

  it('is not taken for whole while it is being written: a process that was killed meanwhile is made up for', async () => {
    const files = await core('1.0.0');
    await mkdir(join(machine.paths.core, '.4711-dead.partial'), { recursive: true });
    await writeFile(join(machine.paths.core, '.4711-dead.partial/slipway.js'), 'half');
    await install(files);
    expect(await launch()).toBe('1.0.0');
    await age('.4711-dead.partial', 31 * dayMs);
    await install(files);
    expect(await copies()).toEqual([expect.stringMatching(/^1\.0\.0-/)]);
  });

  it('leaves nothing half behind where it cannot be made', async () => {
    const files = await core('1.0.0');
    await mkdir(machine.paths.core, { recursive: true });
    // A socket cannot be copied.
    const socket = join(files.folder, 'parts/socket');
    const server = createServer().listen(socket);
    await once(server, 'listening');
    await expect(install(files)).rejects.toMatchObject({ code: 'ssh.config' });
    server.close();
    expect(await copies()).toEqual([]);
  });

  it('can be removed again where its installation is read-only', async () => {
    const files = await core('1.0.0');
    await chmod(join(files.folder, 'parts/says.js'), 0o444);
    await chmod(join(files.folder, 'parts'), 0o555);
    await chmod(files.folder, 0o555);
    await install(files);
    const [copy = ''] = await copies();
    expect((await stat(join(machine.paths.core, copy, 'parts'))).mode & 0o700).toBe(0o700);
    const next = await core('1.1.0');
    await install(next);
    await age(copy, 31 * dayMs);
    await install(next);
    expect((await copies()).map((name) => name.split('-')[0])).toEqual(['1.1.0']);
    await chmod(files.folder, 0o755);
    await chmod(join(files.folder, 'parts'), 0o755);
  });

  it('stays as long as anything was started from it in a month, however many there are, and while it is the one in use', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await install(await core(version));
    const [oldest = '', middle = ''] = await copies();
    await age(oldest, 31 * dayMs);
    await age(middle, 29 * dayMs);
    await install(await core('1.2.0'));
    expect((await copies()).map((name) => name.split('-')[0])).toEqual(['1.1.0', '1.2.0']);
    // Used now, it is young again.
    await age(middle, 31 * dayMs);
    await install(await core('1.1.0'));
    expect(await copies()).toContain(middle);
    expect(await readFile(machine.paths.launcher, 'utf8')).toContain(middle);
  });

  it('stays for a month after a newer one took its place, however long ago somebody connected: what it started may live on', async () => {
    await install(await core('1.0.0'));
    const [old = ''] = await copies();
    await age(old, 400 * dayMs);
    const next = await core('1.1.0');
    await install(next);
    expect(await copies()).toContain(old);
    await age(old, 29 * dayMs);
    await install(next);
    expect(await copies()).toContain(old);
    await age(old, 31 * dayMs);
    await install(next);
    expect(await copies()).not.toContain(old);
  });
});
