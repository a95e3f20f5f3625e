import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { locked } from './lock.mjs';

// Not the cache folder, where the build that goes on beside the tests holds the lock of this very name.
const folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
const file = join(folder, 'build.lock');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const quiet = () => undefined;

describe('locked', () => {
  it('lets one work at a time, and says that the other waits', async () => {
    const order: string[] = [];
    const said: string[] = [];
    const waiting = new EventEmitter();
    const held = once(waiting, 'seen');
    const first = locked(
      'build',
      quiet,
      async () => {
        order.push('first begins');
        await held;
        order.push('first ends');
      },
      folder,
    );
    const second = locked(
      'build',
      (line) => {
        said.push(line);
        waiting.emit('seen');
      },
      () => Promise.resolve(order.push('second')),
      folder,
    );
    await Promise.all([first, second]);
    expect(order).toEqual(['first begins', 'first ends', 'second']);
    expect(said).toEqual([`another process holds ${file}; waiting`]);
  });

  it('is free again after work that failed', async () => {
    await expect(locked('build', quiet, () => Promise.reject(new Error('failed')), folder)).rejects.toThrow('failed');
    expect(existsSync(file)).toBe(false);
  });

  it('is taken from a process that has died holding it', async () => {
    const child = spawn('true');
    await once(child, 'close');
    writeFileSync(file, `${child.pid ?? 0} 12345\n`);
    expect(await locked('build', quiet, () => Promise.resolve('done'), folder)).toBe('done');
  });
});
