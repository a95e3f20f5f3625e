import { execFileSync } from 'node:child_process';
import { startCore } from '../integration/core/coreProcess.ts';
import { Machine } from '../integration/cli/slipway.ts';
import type { Comparison } from './statistics.ts';

const mebibyte = 1 << 20;
const never = new AbortController().signal;

/** Process start until `initialize` is answered, and the memory then and after listing runs, beside a bare Node. */
export async function coreStart(pairs: number): Promise<Comparison[]> {
  const machine = await Machine.create();
  const env = machine.environment;
  const start: Record<'ours' | 'reference', number[]> = { ours: [], reference: [] };
  const memory: Record<'ours' | 'reference', number[]> = { ours: [], reference: [] };
  try {
    for (let pair = -1; pair < pairs; pair += 1) {
      const bareStarted = performance.now();
      const bare = execFileSync(process.execPath, ['-e', 'console.log(process.memoryUsage.rss())'], {
        encoding: 'utf8',
      });
      const bareSeconds = (performance.now() - bareStarted) / 1000;
      const started = performance.now();
      const core = await startCore(env);
      const mine = (performance.now() - started) / 1000;
      await core.client.request('runs/list', {}, never);
      const resident = core.residentBytes();
      await core.stop();
      if (pair < 0) continue;
      start.ours.push(mine);
      start.reference.push(bareSeconds);
      memory.ours.push(resident / mebibyte);
      memory.reference.push(Number(bare) / mebibyte);
    }
  } finally {
    await machine.dispose();
  }
  return [
    {
      name: 'Core start: process start to initialize answered',
      unit: 's',
      ...start,
      referenceName: 'node -e, start to exit',
      goal: 'at most 0.25 s',
      met: (mine) => mine <= 0.25,
    },
    {
      name: 'Core memory after start and a list of runs',
      unit: 'MiB',
      ...memory,
      referenceName: 'node -e',
      goal: 'at most 90 MB',
      met: (mine) => mine * mebibyte <= 90e6,
    },
  ];
}
