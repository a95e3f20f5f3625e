import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { installLauncher } from '../../../shared/src/devenv/ssh/launcher.ts';
import { openMachineFiles, type MachineFiles } from '../../../shared/src/devenv/ssh/machineFiles.ts';
import { BrokenCluster } from '../../../shared/src/kubernetes/testing/brokenCluster.ts';
import { KubeconfigPlace } from '../../../shared/src/kubernetes/testing/kubeconfigPlace.ts';
import { command, Machine } from '../cli/slipway.ts';
import { startCore } from './coreProcess.ts';

/** Copies of the real bundle, the programs that run from them, and a newer version that cleans up. */
const monthMs = 31 * 86_400_000;
const bundle = dirname(command);
let place: KubeconfigPlace;
let peer: BrokenCluster;
let person: Machine;
let files: MachineFiles;
let newer: string;

beforeAll(async () => {
  [place, peer] = await Promise.all([KubeconfigPlace.create(), BrokenCluster.start()]);
});
afterAll(() => Promise.all([place.authority.dispose(), peer.dispose()]));

beforeEach(async () => {
  await place.begin();
  person = await Machine.create();
  files = openMachineFiles({ dataDir: join(person.data, 'slipway'), now: Date.now, tell: () => undefined });
  newer = await mkdtemp(join(tmpdir(), 'slipway-newer-'));
  for (const name of ['slipway.js', 'sshProxy.cjs']) await writeFile(join(newer, name), '// the next one');
});
afterEach(async () => {
  await place.end();
  peer.reset();
  await person.dispose();
  await rm(newer, { recursive: true, force: true });
});

const runtime = { path: process.execPath, electron: false };
const installOld = () => installLauncher(files, { version: '1.0.0', folder: bundle, runtime }, []);
const installNewer = () => installLauncher(files, { version: '2.0.0', folder: newer, runtime }, []);

/** The folder of the copy of a version; undefined where it is gone. */
async function copyOf(version: string): Promise<string | undefined> {
  const name = (await readdir(files.paths.core)).find((each) => each.startsWith(`${version}-`));
  return name === undefined ? undefined : join(files.paths.core, name);
}

/** As if nobody had connected, or started anything, for a month. */
async function ageOld(): Promise<string> {
  const folder = (await copyOf('1.0.0')) ?? '';
  const then = new Date(Date.now() - monthMs);
  await utimes(folder, then, then);
  return folder;
}

/** The launcher leads to the newer version, a month ago; what is cleaned up now is what nobody uses. */
async function upgrade(use: (folder: string) => Promise<void>): Promise<void> {
  await installNewer();
  await use(await ageOld());
  await installNewer();
}

describe('a program of an older version', () => {
  it('goes on with what it loads later while a newer one cleans up, and is cleaned up once it has gone', async () => {
    await installOld();
    let core: Awaited<ReturnType<typeof startCore>> | undefined;
    await upgrade(async (folder) => {
      core = await startCore(person.environment, false, join(folder, 'slipway.js'));
    });
    expect(await copyOf('1.0.0')).toBeDefined();
    // What makes DevEnvs is loaded when it is first asked for.
    const list = await core?.client.request('devenvs/list', {}, AbortSignal.timeout(60_000));
    expect(list).toEqual({ devEnvs: [], problems: [] });
    await core?.stop();
    await ageOld();
    await installNewer();
    expect(await copyOf('1.0.0')).toBeUndefined();
  });

  it('that is the proxy of an open ssh serves it to its end', async () => {
    const kubeconfig = await place.write(
      { token: 'secret' },
      {
        cluster: {
          server: peer.server.url.href,
          'certificate-authority-data': Buffer.from(peer.authorities).toString('base64'),
        },
      },
    );
    const config = join(person.environment.XDG_CONFIG_HOME ?? '', 'slipway');
    await mkdir(config, { recursive: true });
    const entry = { name: 'lab', namespace: 'team-a', kubeconfig, profile: { image: 'devenv:1' } };
    await writeFile(join(config, 'config.yaml'), stringify({ version: 1, contexts: [entry] }));
    // Its question about the pod is answered after the newer version has cleaned up.
    const asked = new Promise<ServerResponse>((resolve) => {
      peer.server.handle = ({ url }: IncomingMessage, response) => {
        if (url?.includes('/pods/devenv-ada') === true) resolve(response);
        else response.end('{}');
      };
    });
    await installOld();
    await installNewer();
    const folder = await ageOld();
    const argv = ['ssh-proxy', '--context', 'lab', '--namespace', 'team-a', 'devenv-ada'];
    const proxy = spawn(process.execPath, [join(folder, 'sshProxy.cjs'), ...argv], { env: person.environment });
    let said = '';
    proxy.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(proxy, 'close');
    const response = await Promise.race([asked, ended.then(() => undefined)]);
    if (response === undefined) throw new Error(said);
    await installNewer();
    expect(await copyOf('1.0.0')).toBe(folder);
    const message = JSON.stringify({ reason: 'idle', idleSeconds: 14_400 });
    const containerStatuses = [{ state: { terminated: { exitCode: 0, message } } }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'Pod', status: { phase: 'Succeeded', containerStatuses } }));
    expect(await ended).toEqual([2, null]);
    expect(said).toContain('devenv-ada was stopped after 4 h idle.');
  });
});
