import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../../cluster/cluster.mjs';
import { sized } from '../../sizes.ts';
import { json, type Started } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

let ada: ClusterMachine;
/** The same person where runs lie on a volume of the team that outlives them. */
let team: ClusterMachine;

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'team-data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};
const ticks =
  'import time\nfor i in range(60):\n    print(f"tick {i:03d} ünï \\x1b[1mbold\\x1b[0m", flush=True)\n    time.sleep(0.2)\nprint("the end")\n';
const ticking = ['run', '--', 'python3', 'ticks.py'];

beforeAll(async () => {
  ada = await ClusterMachine.create('survival');
  team = await ClusterMachine.create('survival-team', { volume: { kind: 'claim', claimName: 'team-data' } });
  await kubectl(['apply', '-n', team.namespace, '-f', '-'], { input: JSON.stringify(claim) });
  await ada.machine.write('ticks.py', ticks);
});

afterAll(async () => {
  await ada.dispose();
  await team.dispose();
});

async function reached(started: Started, pattern: RegExp): Promise<string> {
  await started.until(pattern);
  return /^run +(\S+)$/m.exec(started.output())?.[1] ?? '';
}

describe.concurrent('a run goes on by itself', () => {
  it('after kill -9 of the command line: another one has the verdict and every byte of the log', async () => {
    const started = ada.start(ticking);
    const run = await reached(started, /command started/);
    const watching = ada.start(['watch', run, '-o', 'json']);
    const following = ada.start(['logs', run, '--step', 'command', '-f']);
    await following.until(/tick 003/);
    started.child.kill('SIGKILL');
    following.child.kill('SIGKILL');
    const watched = await watching.ended;
    expect(watched.exitCode, watched.stderr).toBe(0);
    expect(json(watched).state).toBe('succeeded');
    const onVolume = await readFile(join(await ada.folderOf(run), 'logs/command.log'), 'utf8');
    const { stdout } = await ada.typed(['logs', run, '--step', 'command']);
    const counted = [...stdout.matchAll(/tick (\d{3}) ünï/g)].map((match) => Number(match[1]));
    expect(counted, 'each once').toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(stdout).toBe(onVolume);
  });

  it('watched by two at once: both tell the same', async () => {
    const started = ada.start(ticking);
    const run = await reached(started, /command started/);
    const followers = [0, 1].map(() => ada.typed(['logs', run, '--step', 'command', '-f']));
    const [first, second] = await Promise.all(followers);
    expect((await started.ended).exitCode).toBe(0);
    expect(first?.exitCode, first?.stderr).toBe(0);
    expect(first?.stdout).toContain('tick 059');
    expect(second?.stdout).toBe(first?.stdout);
  });
});

describe.concurrent('a PipelineRun that somebody deletes', () => {
  it('while it is watched: the run is lost, and the line says why', async () => {
    const started = ada.start(['run', '--', 'sleep', '1000']);
    const run = await reached(started, /command started/);
    await ada.kubectl('delete', 'pipelinerun', run, '--wait=false');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    expect(ended.stdout).toMatch(/PipelineRun was deleted before it had ended/);
    expect((await ada.typed(['runs'])).stdout).toMatch(new RegExp(`^${run} +lost`, 'm'));
  });

  it('after its end: history, logs and artifacts are still there, on the volume of the team', async () => {
    const keep = 'echo first 42; echo kept > "$SLIPWAY_OUTPUT/kept.txt"';
    const { run } = json(await team.typed(['run', '-o', 'json', '--', 'bash', '-c', keep]));
    await team.kubectl('delete', 'pipelinerun', run, '--timeout=240s');
    expect((await team.typed(['runs'])).stdout).toMatch(new RegExp(`^${run} +passed`, 'm'));
    const logs = await team.typed(['logs', run, '--step', 'command']);
    expect(logs.exitCode, logs.stderr).toBe(0);
    expect(logs.stdout).toContain('first 42');
    const folder = join(await mkdtemp(join(team.machine.folder, 'kept-')), 'all');
    const got = await team.typed(['artifacts', 'get', run, '-d', folder]);
    expect(got.exitCode, got.stderr).toBe(0);
    expect(await readFile(join(folder, 'output/kept.txt'), 'utf8')).toBe('kept\n');
  });
});

describe('large companions', () => {
  const megabytes = sized(300, 60);
  it(`of ${megabytes} MB arrive whole`, async () => {
    const folder = join(ada.machine.work, 'large');
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'data.bin');
    const file = await open(path, 'w');
    // Mostly holes, which travel as zeros; the marks show that nothing was moved.
    for (let at = 0; at < megabytes; at += 10) await file.write(randomBytes(1_000), 0, 1_000, at * 1_000_000);
    await file.truncate(megabytes * 1_000_000);
    await file.close();
    const hash = createHash('sha256');
    for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
    const check =
      'import hashlib\nwith open("data.bin", "rb") as f: print("sha256", hashlib.file_digest(f, "sha256").hexdigest())';
    const command = ['--', 'python3', '-c', check];
    const ended = await ada.typed(['run', '-o', 'json', '--yes', ...command], { cwd: folder });
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const logs = await ada.typed(['logs', json(ended).run, '--step', 'command']);
    expect(logs.stdout).toContain(`sha256 ${hash.digest('hex')}`);
  });
});
