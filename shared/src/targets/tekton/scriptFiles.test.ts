import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readScriptFiles } from './scriptFiles.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-scripts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(path: string, content: string | Uint8Array = path): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

describe('the files that all runs share', () => {
  it('are the scripts and the assets, and nothing that is for their makers', async () => {
    const wanted = ['lib.sh', 'notebook.sh', 'slipway_steps/__main__.py', 'slipway_steps/deep/er.py'];
    const others = [
      '.hidden',
      'README.md',
      'pyproject.toml',
      'slipway_steps/__pycache__/run.cpython-311.pyc',
      'tests/test_run.py',
      '.ruff_cache/x',
    ];
    for (const path of [...wanted, ...others, 'assets/require.js']) await write(path);
    await symlink('/etc/passwd', join(folder, 'link.sh'));
    const { steps, assets } = await readScriptFiles(folder);
    expect([...steps.keys()]).toEqual(wanted);
    expect(Buffer.from(steps.get('lib.sh') ?? []).toString()).toBe('lib.sh');
    expect([...assets.keys()]).toEqual(['require.js']);
  });

  it('travel compressed where they are large, the same way every time', async () => {
    const large = randomBytes(300 * 1024);
    await write('assets/mathjax.js', large);
    await write('assets/small.js');
    const [one, other] = [await readScriptFiles(folder), await readScriptFiles(folder)];
    expect([...one.assets.keys()]).toEqual(['mathjax.js.gz', 'small.js']);
    expect(gunzipSync(one.assets.get('mathjax.js.gz') ?? new Uint8Array()).equals(large)).toBe(true);
    expect(other).toEqual(one);
  });

  it('travel as they were compressed when the bundle was built', async () => {
    await write('assets/mathjax.js', 'plain');
    await write('assets/mathjax.js.gz', randomBytes(300 * 1024));
    await write('assets/small.js');
    const { assets } = await readScriptFiles(folder);
    expect([...assets.keys()]).toEqual(['mathjax.js.gz', 'small.js']);
    expect(assets.get('mathjax.js.gz')).toHaveLength(300 * 1024);
  });

  it('are missed where they should be', async () => {
    await expect(readScriptFiles(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
  });
});
