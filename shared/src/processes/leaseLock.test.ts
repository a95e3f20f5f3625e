import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLease } from './leaseLock.ts';

const never = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'slipway-lease-')), 'lock');
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

const take = (leaseMs = 60_000, now: () => number = Date.now, signal = never) =>
  acquireLease({ folder, leaseMs, now }, signal);

/** A process that holds the lock until it is killed. */
async function holder(): Promise<{ kill(signal: NodeJS.Signals): Promise<void> }> {
  const module = JSON.stringify(new URL('./leaseLock.ts', import.meta.url).href);
  const code = `import { acquireLease } from ${module};
    await acquireLease({ folder: ${JSON.stringify(folder)}, leaseMs: 600_000, now: Date.now }, new AbortController().signal);
    console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    kill: async (signal) => {
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

describe('a lease', () => {
  it('has one holder at a time', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const lease = await take();
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        lease.release();
      }),
    );
    expect(most).toBe(1);
  });

  it('passes on when its holder is killed', async () => {
    const other = await holder();
    const waiting = take();
    await other.kill('SIGKILL');
    expect((await waiting).holds()).toBe(true);
  });

  it('ends by itself, and its late holder knows', async () => {
    const first = await take(1000, () => 0);
    expect([first.holds(), first.holds(999), first.holds(1000)]).toEqual([true, true, false]);
    const second = await take(1000, () => 1001);
    expect([first.holds(), second.holds(), second.holds(1000)]).toEqual([false, true, false]);
    first.release();
    expect(second.holds()).toBe(true);
  });

  it('that ends in a year was written by a wrong clock', async () => {
    await take(1000, () => 31_536_000_000);
    expect((await take(1000, () => 0)).holds()).toBe(true);
  });

  it('is not waited for by who gave up', async () => {
    await take();
    const leaving = new AbortController();
    const waiting = take(60_000, Date.now, leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
