import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, '../../../shared/src/pipeline/steps/own.sh');
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
/** Root can give folders away; anybody else only to themselves. */
const owner = isRoot ? { uid: 12_345, gid: 23_456 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

let base = '';
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'slipway-own-'));
  for (const folder of ['run', 'environments']) await mkdir(join(base, folder), { mode: 0o555 });
  await mkdir(join(base, 'run2'));
  await writeFile(join(base, 'run2', 'of-somebody-else'), '');
});
afterAll(() => rm(base, { recursive: true }));

const own = (environment: Readonly<Record<string, string>>): Promise<{ stdout: string }> =>
  run('bash', [script], { env: { PATH: process.env.PATH, ...environment } });
const ids = { SLIPWAY_UID: String(owner.uid), SLIPWAY_GID: String(owner.gid) };

describe('the root step', () => {
  it('hands over the mount points, and says so', async () => {
    const folders = { SLIPWAY_RUN_DIR: join(base, 'run'), SLIPWAY_ENVIRONMENTS: join(base, 'environments') };
    const { stdout } = await own({ ...ids, ...folders });
    for (const folder of Object.values(folders)) {
      expect(await stat(folder)).toMatchObject(owner);
      expect((await stat(folder)).mode & 0o700).toBe(0o700);
      expect(stdout).toContain(`own: ${folder} belongs to ${owner.uid}:${owner.gid}\n`);
    }
  });

  it('leaves alone what is in them', async () => {
    const file = join(base, 'run2', 'of-somebody-else');
    const before = await stat(file);
    await own({ ...ids, SLIPWAY_RUN_DIR: join(base, 'run2') });
    const { uid, gid, mode, ctimeMs } = await stat(file);
    expect({ uid, gid, mode, ctimeMs }).toEqual({
      uid: before.uid,
      gid: before.gid,
      mode: before.mode,
      ctimeMs: before.ctimeMs,
    });
  });

  it('fails where a folder is not there', async () => {
    const asked = own({ ...ids, SLIPWAY_RUN_DIR: join(base, 'gone') });
    await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('gone') });
  });

  it('takes nothing but numbers', async () => {
    for (const uid of ['', 'root', '0:0', '$(id)', '-1']) {
      const asked = own({ ...ids, SLIPWAY_UID: uid, SLIPWAY_RUN_DIR: base });
      await expect(asked).rejects.toMatchObject({ code: 64, stderr: expect.stringContaining('numbers') });
    }
  });
});
