import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, normalize } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { containedParts, openContained, readRange } from './containment.ts';
import { noSignal } from './testing/testTarget.ts';

describe('containedParts', () => {
  it.each(['', '/etc/passwd', '../x', 'a/../../x', 'a//b', './a', 'a/', 'a/.', 'a\0b', '..'])('refuses %j', (path) =>
    expect(() => containedParts(path)).toThrow(SlipwayError),
  );

  it('lets nothing out, whatever the path', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '', '...', '~', 'a', '\\..', '中文', '-rf'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = parts.join('/');
        let accepted: readonly string[];
        try {
          accepted = containedParts(path);
        } catch (error) {
          expect(SlipwayError.is(error, 'path.refused')).toBe(true);
          return;
        }
        expect(accepted.join('/')).toBe(path);
        expect(isAbsolute(path)).toBe(false);
        expect(normalize(join('/run', ...accepted))).toBe(`/run/${path}`);
      }),
    );
  });
});

describe('openContained', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'slipway-contained-')));
    folder = join(root, 'run');
    await mkdir(join(folder, 'output'), { recursive: true });
    await writeFile(join(root, 'secret'), 'secret');
    await writeFile(join(root, 'run-secret'), 'secret of a neighbour with the same beginning');
    await writeFile(join(folder, 'output', 'a.txt'), '0123456789');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('reads a range', async () => {
    const handle = await openContained(folder, 'output/a.txt');
    const chunks: Uint8Array[] = [];
    for await (const chunk of readRange(handle, { start: 3, end: 6 }, noSignal)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('345');
  });

  it('follows links that stay inside, and refuses those that leave', async () => {
    await symlink('a.txt', join(folder, 'output', 'inside'));
    await symlink('../../secret', join(folder, 'output', 'relative'));
    await symlink(join(root, 'run-secret'), join(folder, 'output', 'neighbour'));
    await symlink(root, join(folder, 'output', 'up'));
    await (await openContained(folder, 'output/inside')).close();
    for (const path of ['output/relative', 'output/neighbour', 'output/up/secret']) {
      await expect(openContained(folder, path)).rejects.toMatchObject({ code: 'path.refused' });
    }
  });

  it('has only regular files', async () => {
    execFileSync('mkfifo', [join(folder, 'output', 'pipe')]);
    await symlink('loop', join(folder, 'output', 'loop'));
    for (const path of ['output', 'output/pipe', 'output/none', 'output/a.txt/x', 'output/loop']) {
      await expect(openContained(folder, path)).rejects.toMatchObject({ code: 'artifact.notFound' });
    }
  });
});
