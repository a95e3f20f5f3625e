import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JupyterDoors } from '../../../shared/src/devenv/jupyter/index.ts';
import { devEnvContainer } from '../../../shared/src/devenv/names/index.ts';
import { runCommand } from '../../../shared/src/kubernetes/index.ts';
import { TestSpace } from '../../cluster/kubernetes/testSpace.ts';
import { DevEnvPod } from './devEnvPod.ts';

let space: TestSpace;
let devEnv: DevEnvPod;
let folder: string;
let doors: JupyterDoors;
let codes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-jupyter-'));
  space = await TestSpace.open('jupyter');
  devEnv = await DevEnvPod.make('devenv-lab', space.api, { signal: space.signal });
  doors = new JupyterDoors({ randomHex: (bytes) => `${'0'.repeat(bytes * 2 - 1)}${(codes += 1)}`, now: Date.now });
});
afterAll(async () => {
  doors.close();
  await devEnv.dispose();
  await space.dispose();
  await rm(folder, { recursive: true });
});

const open = () => doors.open(space.api, devEnv.name, space.signal);
/** What a browser does with a link: it follows it, with the cookies that it gets. */
async function enter(link: string): Promise<{ readonly origin: string; readonly token: string }> {
  const entered = await fetch(link, { redirect: 'manual' });
  expect(entered.status).toBe(303);
  const location = new URL(entered.headers.get('location') ?? '', link);
  return { origin: location.origin, token: location.searchParams.get('token') ?? '' };
}

describe('JupyterLab in a DevEnv', () => {
  it('opens on a port of this machine, for who has the link, in the workspace', async () => {
    const { origin, token } = await enter(await open());
    expect(token).not.toBe('');
    const page = await fetch(`${origin}/lab?token=${token}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>JupyterLab</title>');
    expect((await fetch(`${origin}/api/contents`)).status).toBe(403);
    const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'file', format: 'text', content: 'from the page' });
    expect((await fetch(`${origin}/api/contents/made.txt`, { method: 'PUT', headers, body })).status).toBe(201);
    const request = { namespace: space.api.cluster.namespace, pod: devEnv.name, container: devEnvContainer };
    const made = await runCommand(space.api, { ...request, command: ['cat', '/workspace/made.txt'] }, space.signal);
    expect(Buffer.from(made.stdout).toString('utf8')).toBe('from the page');
  });

  it('is the same one for who opens it again, and its secret is in no argument of a process', async () => {
    const [first, second] = await Promise.all([open(), open()]);
    const [one, other] = [await enter(first), await enter(second)];
    expect(other).toEqual(one);
    const request = { namespace: space.api.cluster.namespace, pod: devEnv.name, container: devEnvContainer };
    const { stdout } = await runCommand(space.api, { ...request, command: ['ps', '-eo', 'args'] }, space.signal);
    const processes = Buffer.from(stdout).toString('utf8');
    expect(processes.match(/jupyter-lab/g)).toHaveLength(1);
    expect(processes).not.toContain(one.token);
  });

  it('tells the DevEnv that somebody works in it while a kernel does', async () => {
    const { origin, token } = await enter(await open());
    const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
    const kernel = await fetch(`${origin}/api/kernels`, { method: 'POST', headers, body: '{"name":"python3"}' });
    expect(kernel.status).toBe(201);
    const request = { namespace: space.api.cluster.namespace, pod: devEnv.name, container: devEnvContainer };
    const touched = async () =>
      (await runCommand(space.api, { ...request, command: ['test', '-e', '/run/slipway/activity'] }, space.signal))
        .exitCode;
    await expect.poll(touched, { interval: 500 }).toBe(0);
  });
});
