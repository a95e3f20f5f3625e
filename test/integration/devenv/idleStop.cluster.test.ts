import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { kubectl } from '../../cluster/cluster.mjs';
import { eventually, TestSpace } from '../../cluster/kubernetes/testSpace.ts';
import { DevEnvPod } from './devEnvPod.ts';

let space: TestSpace;

beforeAll(async () => {
  space = await TestSpace.open('devenv-idle');
  await kubectl(['-n', space.namespace, 'create', 'quota', 'gpus', '--hard=requests.nvidia.com/gpu=1']);
});
afterAll(() => space.dispose());

/** GPUs that pods of this space hold, as the cluster counts. */
async function gpusHeld(): Promise<string> {
  const path = 'jsonpath={.status.used.requests\\.nvidia\\.com/gpu}';
  return kubectl(['-n', space.namespace, 'get', 'quota', 'gpus', '-o', path]);
}

describe('a DevEnv whose user id the cluster made up', () => {
  let devEnv: DevEnvPod;

  beforeAll(async () => {
    devEnv = await DevEnvPod.make('devenv-two', space.api, {
      securityContext: { runAsUser: 1_000_660_000, runAsGroup: 0, fsGroup: 1_000_660_000 },
      env: { SLIPWAY_IDLE_STOP_SECONDS: '14', SLIPWAY_IDLE_WARN_SECONDS: '5' },
      gpus: 1,
      signal: space.signal,
    });
  });
  afterAll(() => devEnv.dispose());

  it('warns who looks at a terminal, stays for who types, and stops when nobody does, for all the open connections, which frees its GPU', async () => {
    const silent = devEnv.ssh(['-N', 'dev@127.0.0.1']);
    const terminal = devEnv.ssh(['-tt', 'dev@127.0.0.1']);
    const ended = Promise.all([once(silent, 'close'), once(terminal, 'close')]);
    let seen = '';
    terminal.stdout.setEncoding('utf8').on('data', (piece: string) => (seen += piece));
    terminal.stdin.write('id -un; id -u; id -g; groups\n');
    await eventually(() => seen.includes('will stop in'));
    expect(seen).toContain('dev\r\n1000660000\r\n0\r\n');
    expect(seen).not.toContain('cannot find name');
    expect(await gpusHeld()).toBe('1');
    expect((await devEnv.status()).stopsAt).toBeGreaterThan(0);
    terminal.stdin.write('\n');
    await eventually(() => seen.includes('stays: it is in use'));
    expect((await devEnv.status()).stopsAt).toBeNull();
    await eventually(() => seen.includes('stops now'));
    await ended;
    await eventually(async () => (await devEnv.pod()).status.phase === 'Succeeded');
    const [container] = (await devEnv.pod()).status.containerStatuses;
    expect(container?.state.terminated?.exitCode).toBe(0);
    const message = z
      .strictObject({ reason: z.literal('idle'), idleSeconds: z.int().min(14) })
      .safeParse(JSON.parse(container?.state.terminated?.message ?? '{}'));
    expect(message.error).toBeUndefined();
    // Its pod is still there, and somebody else may have the GPU.
    await eventually(async () => (await gpusHeld()) === '0');
  });
});
