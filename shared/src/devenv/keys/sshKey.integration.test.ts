import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf, makeSshKey, readSshKey } from './index.ts';

const run = promisify(execFile);

describe('SSH keys and ssh-keygen', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each(['', 'alice@laptop', 'Büro von Alice', '爱丽丝 的 笔记本', 'x'.repeat(200)])(
    'ssh-keygen reads our key with the comment %j',
    async (comment) => {
      const key = makeSshKey(comment);
      const file = join(folder, 'ours');
      await writeFile(file, key.privateKey, { mode: 0o600 });
      const { stdout: line } = await run('ssh-keygen', ['-y', '-f', file]);
      expect(line.trim()).toBe(key.publicKeyLine);
      await writeFile(`${file}.pub`, `${key.publicKeyLine}\n`);
      const { stdout: shown } = await run('ssh-keygen', ['-l', '-f', `${file}.pub`]);
      expect(shown.split(' ')[1]).toBe(fingerprintOf(key.publicKeyLine));
      await rm(file);
    },
  );

  it('we read the key of ssh-keygen, unless it has a passphrase or another type', async () => {
    const made = async (name: string, ...options: string[]) => {
      const file = join(folder, name);
      await run('ssh-keygen', ['-q', '-C', 'somebody', '-f', file, ...options]);
      await chmod(file, 0o600);
      return { key: readSshKey(await readFile(file, 'utf8')), line: await readFile(`${file}.pub`, 'utf8') };
    };
    const plain = await made('plain', '-t', 'ed25519', '-N', '');
    expect(plain.key?.publicKeyLine).toBe(plain.line.trim());
    expect((await made('locked', '-t', 'ed25519', '-N', 'passphrase')).key).toBeUndefined();
    expect((await made('other', '-t', 'ecdsa', '-N', '')).key).toBeUndefined();
  });
});
