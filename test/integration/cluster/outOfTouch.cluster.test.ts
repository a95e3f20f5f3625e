import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { startCore } from '../core/coreProcess.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { minutes } from './faultTruth.ts';

const never = new AbortController().signal;
let ada: ClusterMachine;
let proxy: FaultProxy;

beforeAll(async () => {
  ada = await ClusterMachine.create('out-of-touch');
  const { kubeconfig } = ada.cluster;
  proxy = await startFaultProxy({ kubeconfig, folder: ada.machine.folder });
  await ada.writeContext({ profile, kubeconfig: proxy.kubeconfig });
});

afterAll(async () => {
  await proxy.dispose();
  await ada.dispose();
});

describe('the command line', () => {
  it(
    'says since when there is no news, and tells the verdict when it is back',
    async () => {
      const slow = 'import time\nfor i in range(400): print("line", i, flush=True); time.sleep(0.1)';
      const started = ada.start(['run', '--', 'python3', '-c', slow]);
      await started.until(/command started/);
      proxy.freeze();
      await started.until(/no news from the cluster since \d\d:\d\d:\d\d.*the run goes on/);
      proxy.thaw();
      const ended = await started.ended;
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
      expect(ended.stdout).toMatch(/passed in /);
      expect(ended.stderr).not.toMatch(/Error|internal|at file:/);
      const [, run = ''] = /^run +(\S+)$/m.exec(ended.stdout) ?? [];
      const log = await ada.typed(['logs', run, '--step', 'command']);
      const lines = [...log.stdout.matchAll(/line (\d+)$/gm)].map((match) => Number(match[1]));
      expect(lines).toEqual(Array.from({ length: 400 }, (_, line) => line));
    },
    20 * minutes,
  );

  it('says what is wrong when the cluster does not answer at all', async () => {
    proxy.freeze();
    try {
      const ended = await ada.typed(['runs']);
      expect(ended.exitCode).not.toBe(0);
      expect(ended.stderr).toContain('does not answer');
    } finally {
      proxy.thaw();
    }
    await proxy.refuse();
    proxy.cut();
    try {
      const ended = await ada.typed(['runs']);
      expect(ended.exitCode).not.toBe(0);
      expect(ended.stderr).toContain('127.0.0.1');
    } finally {
      await proxy.accept();
    }
  });
});

describe('a client that reads slowly', () => {
  const lines = 40_000;
  const lineBytes = 1_000;

  it(
    'costs the core no memory, and gets every byte',
    async () => {
      // 40 MB, as fast as it goes.
      await ada.machine.write('flood.py', `for i in range(${lines}): print(f"{i:08d}" + "x" * ${lineBytes - 9})\n`);
      const core = await startCore(ada.machine.environment);
      try {
        const run = await core.client.request(
          'runs/submit',
          {
            context,
            folder: { kind: 'disk', path: ada.machine.work },
            spec: { command: ['python3', 'flood.py'], files: { include: ['flood.py'] } },
          },
          never,
        );
        await core.client.request('runs/watch', { context }, never);
        let position = '';
        let bytes = 0;
        let most = 0;
        let atStart = 0;
        for (let pages = 0; ; pages += 1) {
          const page = await core.client.request(
            'logs/read',
            { run: run.name, context, position, waitMs: 2_000, steps: ['command'] },
            never,
          );
          for (const batch of page.batches) {
            expect(batch.offset).toBe(bytes);
            // It may begin in the middle of a line.
            const line = Math.ceil(bytes / lineBytes);
            const start = line * lineBytes - bytes;
            const number = String(line).padStart(8, '0');
            expect(batch.data.slice(start, start + 8), 'lines lie where they belong').toBe(
              number.slice(0, Math.max(0, batch.data.length - start)),
            );
            bytes += batch.length;
          }
          position = page.next;
          if (page.batches.length > 0 && atStart === 0) atStart = core.residentBytes();
          most = Math.max(most, core.residentBytes());
          if (page.end) break;
          if (pages < 60) await sleep(250);
        }
        expect(bytes).toBe(lines * lineBytes);
        expect(most - atStart).toBeLessThan(100e6);
      } finally {
        await core.stop();
      }
    },
    20 * minutes,
  );
});
