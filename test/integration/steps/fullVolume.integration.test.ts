import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { matching } from './matching.ts';
import { PodRuns, type PodRun } from './podRunner.ts';

const execute = promisify(execFile);
const runs = new PodRuns();
const mounted: string[] = [];
afterEach(async () => {
  for (const folder of mounted.splice(0)) await execute('umount', ['--lazy', folder]);
  await runs.dispose();
});

/** Makes the run's folder a volume of its own, with so much room. */
async function mount(run: PodRun, size: string): Promise<void> {
  await execute('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0777`, 'slipway-test', run.folder]);
  mounted.push(run.folder);
}

describe('a run on a volume that gets full', () => {
  it('has its results, its report, its log and its summary all the same', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can make a small volume');
    const run = await runs.make({ cells: ['print("before")', 'open("big", "wb").write(b"x" * 100_000_000)'] });
    await mount(run, '24m');
    const results = await run.all();
    expect(results).toMatchObject({
      prepare: { state: 'succeeded' },
      notebook: { state: 'failed', reason: 'OSError: [Errno 28] No space left on device in cell 2' },
      report: { state: 'succeeded' },
      collect: { verdict: 'failed' },
    });
    expect(await run.text('output/analysis_output.html')).toContain('No space left on device');
    expect(await run.text('logs/notebook.log')).toContain('before');
    expect(await run.summary()).toMatchObject({
      verdict: 'failed',
      failedCell: { number: 2, errorName: 'OSError' },
    });
    expect((await run.artifacts()).map(({ path }) => path)).toContain('output/analysis_output.html');
  });

  it('says in the log what it lacks, and the step goes on', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can make a small volume');
    const fill = 'dd if=/dev/zero of=big bs=1M count=100 2>/dev/null; for i in $(seq 30000); do echo line $i; done';
    const run = await runs.make({ command: ['bash', '-c', `${fill}; rm big; sleep 1.5; echo after`] });
    await mount(run, '16m');
    await run.step('prepare');
    const end = await run.step('command');
    expect(end.exitCode).toBe(0);
    expect(end.output).toContain('line 30000\n');
    const log = await run.text('logs/command.log');
    expect(log).toMatch(/\n\[slipway\] [\d.]+ kB of output are missing here: No space left on device\nafter\n$/);
    expect(await run.result('command')).toMatchObject({ state: 'succeeded' });
  });

  it('that is full from the beginning ends in words', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can make a small volume');
    const run = await runs.make({ command: ['true'] });
    await mount(run, '64k');
    for (const step of run.steps) await run.step(step);
    expect(await run.summary()).toMatchObject({
      verdict: 'failed',
      reason: matching(/no space is left on the/),
    });
  });
});
