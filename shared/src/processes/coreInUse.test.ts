import { mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coreCopyOf, keepCoreInUse } from './coreInUse.ts';

const hourMs = 3_600_000;

describe('the copy of the core that a program was started from', () => {
  it.each([
    ['/home/ada/.local/share/slipway/core/1.2.0-0123456789ab/slipway.js', true],
    ['/home/ada/.local/share/slipway/core/1.2.0-rc.1-0123456789ab/sshProxy.cjs', true],
    ['/usr/lib/node_modules/slipway/dist/slipway.js', false],
    ['/home/ada/.vscode/extensions/slipway-1.2.0/dist/core/slipway.js', false],
    ['/home/ada/core/project/run.js', false],
    [undefined, false],
  ])('%s: %s', (script, isCopy) => {
    expect(coreCopyOf(script) !== undefined).toBe(isCopy);
  });
});

describe('a program that runs from a copy of the core', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'slipway-core-in-use-'));
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(root, { recursive: true, force: true });
  });

  it('says so when it begins, and each hour from then on', async () => {
    const folder = join(root, 'core/1.0.0-0123456789ab');
    await mkdir(folder, { recursive: true });
    const age = () => utimes(folder, new Date(0), new Date(0));
    const isYoung = async () => (await stat(folder)).mtimeMs > Date.now() - hourMs;
    await age();
    keepCoreInUse(join(folder, 'slipway.js'));
    expect(await isYoung()).toBe(true);
    await age();
    vi.advanceTimersByTime(hourMs - 1);
    expect(await isYoung()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await isYoung()).toBe(true);
    // Whoever removed it all the same does not end the program.
    await rm(folder, { recursive: true });
    vi.advanceTimersByTime(hourMs);
  });
});
