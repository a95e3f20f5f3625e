import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bashFinding, environmentFinding, localDoctor, slotsFinding, spaceFinding } from './doctor.ts';
import { findOnPath } from './python/index.ts';
import { noSignal, submissionOf, untilEvent, Workshop } from './testing/testTarget.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await Workshop.open({ notebook: 'sleep 1000' });
});
afterEach(() => shop.close());

async function check(env: Record<string, string>, data = shop.dataDir) {
  const planEnvironment = () =>
    Promise.resolve({ mode: 'asIs' as const, path: '', interpreterVersion: '', missing: [] });
  const options = shop.options({ env: { HOME: shop.root, ...env }, dataDir: data, planEnvironment });
  const checks = await localDoctor(options, noSignal);
  return Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest]));
}

describe('localDoctor', () => {
  it('passes on a machine that has everything', async () => {
    const bin = join(shop.root, 'bin');
    await mkdir(bin);
    for (const program of ['bash', 'timeout', 'sh']) {
      const real = await findOnPath(program, process.env.PATH);
      if (real !== undefined) await symlink(real, join(bin, program));
    }
    await writeFile(join(bin, 'python3'), '#!/bin/sh\nprintf "3.12.1\\\\0$0\\\\0/"\n');
    await chmod(join(bin, 'python3'), 0o755);
    const checks = await check({ PATH: bin });
    expect(checks).toMatchObject({
      bash: { outcome: 'pass' },
      timeout: { outcome: 'pass', detail: join(bin, 'timeout') },
      'data folder': { outcome: 'pass' },
      kernels: { outcome: 'pass' },
      environment: { outcome: 'pass' },
      slots: { outcome: 'pass', detail: '2 of 2 free' },
    });
    expect(checks.python?.detail).toMatch(/, \d+\.\d+\.\d+ \(/);
  });

  it('tells of each check when it begins and when it is over', async () => {
    const told: string[] = [];
    const progress = {
      looking: (name: string) => void told.push(`looking: ${name}`),
      checked: ({ name }: { name: string }) => void told.push(name),
    };
    const checks = await localDoctor(shop.options({ env: { HOME: shop.root } }), noSignal, progress);
    expect(told).toEqual(checks.flatMap(({ name }) => [`looking: ${name}`, name]));
    expect(told).toHaveLength(14);
  });

  it('goes on after a failure, and says what to do', async () => {
    await writeFile(join(shop.root, 'file'), '');
    const checks = await check({ PATH: join(shop.root, 'none') }, join(shop.root, 'file', 'data'));
    expect(checks).toMatchObject({
      bash: { outcome: 'fail', fix: 'Install bash 4.4 or newer.' },
      timeout: { outcome: 'warn' },
      'data folder': { outcome: 'fail' },
      slots: { outcome: 'pass' },
    });
  });

  it('counts the slots that are taken', async () => {
    const target = shop.target();
    await target.submit(submissionOf('busy'), noSignal);
    await untilEvent(target, 'busy', ({ type }) => type === 'staging');
    expect((await check({})).slots).toMatchObject({ outcome: 'pass', detail: '1 of 2 free' });
  });
});

describe('what the doctor finds', () => {
  it('is told in words', () => {
    expect(bashFinding('/bin/bash', '3.2')).toMatchObject({ outcome: 'fail' });
    expect(bashFinding('/bin/bash', '4.4').outcome).toBe('pass');
    expect(bashFinding('/bin/bash', '5.0').outcome).toBe('pass');
    expect(bashFinding('/bin/bash', '4.3').outcome).toBe('fail');
    expect(spaceFinding('/d', 4_200_000_000)).toEqual({ outcome: 'pass', detail: '/d, writable, 4.2 GB free' });
    expect(spaceFinding('/d', 5_000)).toMatchObject({ outcome: 'warn', detail: '/d, writable, 5.0 kB free' });
    expect(slotsFinding(2, 2, 3)).toMatchObject({ outcome: 'warn', detail: '0 of 2 free, 3 waiting' });
    const choice = {
      interpreter: '',
      version: '',
      origin: 'kernel',
      kernel: '',
      language: '',
      explanation: '',
    } as const;
    expect(environmentFinding({ ...choice, environment: 'reused' }).outcome).toBe('pass');
    expect(environmentFinding({ ...choice, environment: 'toBuild' }).outcome).toBe('warn');
  });
});
