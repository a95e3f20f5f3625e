import { spawn } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransferProgress } from '../../../shared/src/protocol/index.ts';
import { kubectl, startPart, stopPart, waitFor } from '../../cluster/cluster.mjs';
import { context } from '../cluster/clusterMachine.ts';
import { LifecycleMachine } from './lifecycleMachine.ts';
import { SshMachine } from './sshMachine.ts';

const never = new AbortController().signal;
/** Large enough to be under way when the API server goes. */
const size = 60_000_000;
let life: LifecycleMachine;
let laptop: SshMachine;
let name: string;
let host: string;

beforeAll(async () => {
  life = await LifecycleMachine.create('devenv-restart');
  laptop = await SshMachine.create(life.machine, 'laptop');
  ({ name } = await laptop.core.handlers['devenvs/create']({ context, spec: { instanceType: 'small' } }, never));
  await laptop.connect(name);
  await life.start(name);
  host = `${name}.${context}`;
});

afterAll(async () => {
  await laptop.core.dispose();
  await life.dispose();
});

/** A session of the real ssh that stays open. */
function openSession() {
  const session = spawn('ssh', [host, 'echo here; cat'], { env: laptop.env });
  const ended = once(session, 'close');
  const words = { heard: '', complained: '' };
  session.stdout.setEncoding('utf8').on('data', (text: string) => (words.heard += text));
  session.stderr.setEncoding('utf8').on('data', (text: string) => (words.complained += text));
  return { words, ended };
}

/** The API server is killed, and `meanwhile` is done while there is none. */
async function restartApiServer<T>(meanwhile: () => Promise<T>): Promise<T> {
  await stopPart('kube-apiserver', 0);
  const seen = await meanwhile().finally(() => startPart('kube-apiserver'));
  await waitFor('the API server answers', 240, () => kubectl(['get', '--raw', '/readyz']).catch(() => undefined));
  return seen;
}

describe('while the API server crashes and comes back', () => {
  it('a file that is under way arrives whole, an open ssh is told why it ends, and the next one is let in', async () => {
    const content = randomFillSync(Buffer.alloc(size));
    const file = join(life.machine.machine.work, 'big.bin');
    await writeFile(file, content);
    const { words, ended } = openSession();
    await life.machine.until('ssh is there', () => Promise.resolve(words.heard === 'here\n' ? true : undefined));

    const told: TransferProgress[] = [];
    const underWay = new Promise<void>((resolve) => {
      laptop.core.onNotification((which, params) => {
        if (which !== 'transfer/progress' || !('progress' in params)) return;
        told.push(params.progress);
        if (params.progress.bytes > size / 20) resolve();
      });
    });
    const params = { context, name, id: 't', local: [file], remote: ['big.bin'], mayName: true };
    const upload = laptop.core.handlers['transfer/upload'](params, never);
    await Promise.race([underWay, upload]);
    const refused = await restartApiServer(async () => {
      await life.machine.until('the transfer waits', () =>
        Promise.resolve(told.some(({ waiting }) => waiting !== undefined) ? true : undefined),
      );
      // Whoever comes now is told that there is nobody.
      return (await laptop.ssh(host, 'true')).stderr;
    });
    const outcome = await upload;

    const waits = told.flatMap(({ waiting, bytes }) => (waiting === undefined ? [] : [{ waiting, bytes }]));
    expect(waits[0]?.waiting).toContain('connection lost, trying again');
    expect(waits[0]?.bytes).toBeGreaterThan(0);
    expect(waits[0]?.bytes).toBeLessThan(size);
    expect(outcome).toMatchObject({ files: 1, bytes: size, skipped: [] });
    const [sum = ''] = (await life.exec(name, 'sha256sum', '/workspace/big.bin')).split(' ');
    expect(sum).toBe(createHash('sha256').update(content).digest('hex'));
    const left = await life.exec(name, 'sh', '-c', 'ls -A /workspace | grep slipway-part || true');
    expect(left.trim()).toBe('');

    expect(await ended).toEqual([255, null]);
    expect(words.complained).toContain(`The connection to ${name} was lost`);
    expect(words.complained).toContain('Connect again');
    expect(refused).toContain(`The cluster of context ${context} cannot be reached`);
    expect((await laptop.ssh(host, 'echo back')).stdout).toBe('back\n');
  });
});
