import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NumberedStates } from './numberedStates.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'slipway-states-')), 'queue');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

describe('NumberedStates', () => {
  it('lets one of two writers of the same version win', () => {
    const states = new NumberedStates(folder);
    expect(states.read()).toEqual({ number: 0, content: undefined });
    expect(states.replace(0, 'one')).toBe(true);
    expect(states.replace(0, 'two')).toBe(false);
    expect(states.read()).toEqual({ number: 1, content: 'one' });
  });

  it('keeps few old versions', async () => {
    const states = new NumberedStates(folder);
    for (let number = 0; number < 100; number++) states.replace(number, number);
    expect(states.read()).toEqual({ number: 100, content: 99 });
    expect((await readdir(folder)).length).toBeLessThanOrEqual(33);
  });

  it('refuses a version that was used and cleaned away while its writer slept', () => {
    const states = new NumberedStates(folder);
    for (let number = 0; number < 100; number++) states.replace(number, number);
    expect(states.replace(5, 'late')).toBe(false);
    expect(states.read()).toEqual({ number: 100, content: 99 });
  });

  it('takes an empty file, as a power cut may leave it, for no content', async () => {
    await mkdir(join(folder, 'state.7'), { recursive: true });
    await writeFile(join(folder, 'state.7', 'state.json'), '');
    const states = new NumberedStates(folder);
    expect(states.read()).toEqual({ number: 7, content: undefined });
    expect(states.replace(7, 'new')).toBe(true);
  });

  it('loses no change of several processes at once', async () => {
    const script = join(folder, '..', 'count.mjs');
    await writeFile(
      script,
      `import { NumberedStates } from ${JSON.stringify(new URL('./numberedStates.ts', import.meta.url).href)};
       const states = new NumberedStates(process.argv[2]);
       for (let done = 0; done < 40; ) {
         const { number, content } = states.read();
         if (states.replace(number, (content ?? 0) + 1)) done++;
       }`,
    );
    const ended = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, [script, folder], { stdio: 'inherit' });
      return new Promise((resolve) => child.once('exit', resolve));
    });
    expect(await Promise.all(ended)).toEqual([0, 0, 0, 0]);
    expect(new NumberedStates(folder).read()).toEqual({ number: 160, content: 160 });
  });
});
