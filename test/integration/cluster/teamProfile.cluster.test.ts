import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { json } from '../cli/slipway.ts';
import { adminApply, pathOf } from './adminRequest.ts';
import { ClusterMachine, profile } from './clusterMachine.ts';
import { pushPrivateImage } from './privateImage.ts';

let ada: ClusterMachine;

/** What nobody but the step with this variable is to see. */
const token = 'hush-7f3a9c51';

beforeAll(async () => {
  const image = await pushPrivateImage((ada = await ClusterMachine.create('profile')).cluster);
  const { services } = ada.cluster;
  await ada.writeContext({
    profile: {
      ...profile,
      image,
      // Else what another test has pulled would do for anybody.
      imagePullPolicy: 'Always',
      imagePullSecrets: ['registry-login'],
      volume: { kind: 'claim', claimName: 'team-data', subPath: 'slipway' },
      cache: { claimName: 'team-cache' },
      datasets: { atlas: { claimName: 'atlas', subPath: 'v1' } },
      mirrors: { pipIndexUrl: `${services.files}/files/simple/`, pipTrustedHosts: [ada.cluster.nodeAddress] },
    },
  });
  const auths = { [services.registryName]: { username: services.login.user, password: services.login.password } };
  const { user: username, password } = services.login;
  await Promise.all([
    secret('registry-login', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': JSON.stringify({ auths }) }),
    secret('git-login', 'kubernetes.io/basic-auth', { username, password }),
    secret('tracking', 'Opaque', { token }),
    ...['team-data', 'team-cache', 'atlas'].map(claim),
  ]);
});

afterAll(async () => {
  await ada.dispose();
});

const apply = (object: string, body: object) => adminApply(ada.cluster.kubeconfig, pathOf(object, ada.namespace), body);

function secret(name: string, type: string, stringData: Readonly<Record<string, string>>): Promise<void> {
  return apply(`secret/${name}`, { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, stringData });
}

/** A claim with a volume already, for which otherwise the first pod would be waited for. */
function claim(name: string): Promise<void> {
  const annotations = { 'volume.kubernetes.io/selected-node': ada.cluster.node };
  return apply(`pvc/${name}`, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
}

/** Where a claim's volume lies on this machine, which is the node. */
async function volumeOf(name: string): Promise<string> {
  const volume = await ada.until(`${name} has a volume`, async () => {
    const bound = await ada.field(`pvc/${name}`, '.spec.volumeName');
    return bound === '' ? undefined : bound;
  });
  return ada.field(`pv/${volume}`, '.spec.local.path');
}

const program = `
import hashlib, os, tiny_package
print("token", hashlib.sha256(os.environ["TRACKING_TOKEN"].encode()).hexdigest())
print("data set", open(os.environ["SLIPWAY_DATASET"]).read().strip())
print("repository", *sorted(os.listdir(os.environ["SLIPWAY_REPOSITORY"])))
print("environment", os.path.realpath(tiny_package.__file__))
`;

/** Every file below a folder that holds one of these. */
async function filesWith(folder: string, secrets: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(files).not.toEqual([]);
  const contents = await Promise.all(files.map(async (file) => [file, await readFile(file)] as const));
  return contents.filter(([, content]) => secrets.some((text) => content.includes(text))).map(([file]) => file);
}

describe('a team with a private registry, private repositories, Secrets, and volumes for runs, caches and data', () => {
  it('runs a job that uses all of them, tells the secrets to nobody, and has its environment again from the cache', async () => {
    const { git, login } = ada.cluster.services;
    const data = join(await volumeOf('atlas'), 'v1');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'cells.csv'), 'CD3E,42\n');
    await ada.machine.write('job/use.py', program);
    await ada.machine.write('job/requirements.txt', 'tiny-package==1.0\n');
    const spec = {
      command: ['python3', 'use.py'],
      requirements: 'requirements.txt',
      secrets: [{ env: 'TRACKING_TOKEN', secret: 'tracking', key: 'token' }],
      repository: { url: `${git}/private/examples.git`, secret: 'git-login' },
      dataset: { path: 'atlas/cells.csv' },
    };
    await ada.machine.write('job/slipway.yaml', stringify(spec));
    const ended = await ada.typed(['run', '-o', 'json'], { cwd: join(ada.machine.work, 'job') });
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
    const { run, steps } = json(ended);
    expect(steps.find(({ name }) => name === 'prepare')?.note).toMatch(/built/);
    const { stdout: said } = await ada.typed(['logs', run]);
    expect(said).toContain(`token ${createHash('sha256').update(token).digest('hex')}`);
    expect(said).toContain('data set CD3E,42');
    expect(said).toMatch(/^.*repository .*single-cell/m);
    expect(said).toContain('environment /slipway/environments/');

    // Neither as they are nor as Kubernetes writes them.
    const secrets = [token, login.password].flatMap((text) => [text, Buffer.from(text).toString('base64')]);
    const objects = await ada.kubectl('get', 'pipelinerun,taskrun,pod,configmap,event', '-o', 'json');
    expect(objects.includes('TRACKING_TOKEN'), 'its name').toBe(true);
    expect(/Successfully pulled image .*private.python:1/.test(objects), 'the pull').toBe(true);
    for (const [where, text] of Object.entries({ objects, said, ...ended })) {
      const found = secrets.filter((secret) => String(text).includes(secret));
      expect(found, where).toEqual([]);
    }
    for (const folder of [await volumeOf('team-data'), await volumeOf('team-cache'), ada.machine.data]) {
      expect(await filesWith(folder, secrets)).toEqual([]);
    }

    const again = await ada.typed(['rerun', run, '-o', 'json']);
    expect(again.exitCode, again.stdout + again.stderr).toBe(0);
    expect(json(again).steps.find(({ name }) => name === 'prepare')?.note).toMatch(/reused/);
  });
});
