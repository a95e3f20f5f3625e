import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLoginKeys } from './loginKeys.ts';
import { openMachineFiles } from './machineFiles.ts';

describe('the key of this machine', () => {
  let dataDir: string;
  let notes: string[];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'slipway-login-keys-'));
    notes = [];
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const open = () =>
    createLoginKeys(openMachineFiles({ dataDir, now: Date.now, tell: (note) => notes.push(note) }), 'ada@laptop');

  it('is made once, however many ask for it at the same time', async () => {
    const lines = await Promise.all(Array.from({ length: 8 }, () => open().publicKeyLine()));
    expect(new Set(lines).size).toBe(1);
    expect(lines[0]).toMatch(/^ssh-ed25519 \S+ ada@laptop$/);
    expect((await readFile(join(dataDir, 'ssh/id_ed25519.pub'), 'utf8')).trim()).toBe(lines[0]);
  });

  it('can be read by nobody else', async () => {
    await open().privateKey();
    expect((await stat(join(dataDir, 'ssh'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'ssh/id_ed25519'))).mode & 0o777).toBe(0o600);
  });

  it('is closed to others where it was open to them, and that is said', async () => {
    const key = await open().privateKey();
    await chmod(join(dataDir, 'ssh/id_ed25519'), 0o644);
    expect(await open().privateKey()).toBe(key);
    expect((await stat(join(dataDir, 'ssh/id_ed25519'))).mode & 0o777).toBe(0o600);
    expect(notes.join()).toMatch(/it was closed to them/);
  });

  it('is not taken through a link, nor from what is no key', async () => {
    await mkdir(join(dataDir, 'ssh'), { mode: 0o700 });
    await writeFile(join(dataDir, 'elsewhere'), 'x');
    await symlink(join(dataDir, 'elsewhere'), join(dataDir, 'ssh/id_ed25519'));
    await expect(open().privateKey()).rejects.toThrow('it is a link, which Slipway did not make');
    await rm(join(dataDir, 'ssh/id_ed25519'));
    await writeFile(join(dataDir, 'ssh/id_ed25519'), 'not a key', { mode: 0o600 });
    await expect(open().privateKey()).rejects.toThrow('is no SSH key that Slipway made');
  });
});
