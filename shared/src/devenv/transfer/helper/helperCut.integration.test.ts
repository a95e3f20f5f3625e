import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { helperSource } from '../helperSource.ts';
import { messageFrame, numberFrame } from '../wire.ts';

const program = helperSource().toString();

it.each([
  ['nobody takes its answers any more', true],
  ['nothing comes any more', false],
])('leaves nothing of a small file in whose middle %s', async (_, isDeaf) => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-helper-'));
  try {
    const helper = spawn('python3', ['-I', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    helper.stdin.on('error', () => undefined);
    await once(helper.stdout, 'data');
    helper.stdin.write(messageFrame({ id: 1, op: 'root', path: folder, make: false, base: '/' }));
    await once(helper.stdout, 'data');
    const file = { path: 'small', bytes: 10, mode: 0o644, mtime: 0, offset: 0, resumable: false };
    // With an answer that is still to be given.
    helper.stdin.write(messageFrame({ id: 2, op: 'put', root: 0, ...file }));
    helper.stdin.write(Buffer.concat([numberFrame(4), Buffer.from('half')]));
    await expect.poll(() => readdir(folder), { timeout: 20_000, interval: 10 }).toHaveLength(1);
    const ended = once(helper, 'exit');
    if (isDeaf) {
      helper.stdout.destroy();
      helper.stdin.write(Buffer.concat([numberFrame(0), Buffer.of(0), Buffer.alloc(32)]));
      helper.stdin.write(messageFrame({ id: 3, op: 'put', root: 0, ...file }));
      helper.stdin.write(Buffer.concat([numberFrame(4), Buffer.from('half')]));
    } else helper.stdin.end();
    await ended;
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
