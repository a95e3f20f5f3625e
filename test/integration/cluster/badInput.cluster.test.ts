import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { TeamProfile } from '../../../shared/src/protocol/index.ts';
import { kubectl } from '../../cluster/cluster.mjs';
import { startFaultProxy } from '../../cluster/faultProxy.ts';
import { json, notebook } from '../cli/slipway.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { typedBy } from './typedTo.ts';

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> }[];
  users: { user: Record<string, unknown> }[];
}

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('bad-input');
  await ada.machine.write('a.ipynb', notebook(['print("first", 6 * 7)']));
});

afterAll(async () => {
  await ada.dispose();
});

/** Writes a kubeconfig that differs from the administrator's, and lets the context use it. */
async function kubeconfigWith(change: (config: Kubeconfig) => void): Promise<void> {
  const config = parse(await readFile(ada.cluster.kubeconfig, 'utf8')) as Kubeconfig;
  change(config);
  const path = join(ada.machine.folder, 'kubeconfig');
  await writeFile(path, stringify(config), { mode: 0o600 });
  await ada.writeContext({ profile, kubeconfig: path });
}

/** Refused with a message, and nothing is left on the cluster. */
async function expectsRefused(args: readonly string[], exitCode: number, said: RegExp): Promise<void> {
  const ended = await ada.typed(['run', ...args]);
  expect(ended.stderr, ended.stdout).toMatch(said);
  expect(ended.stderr).not.toMatch(/\bat \S+ \(|TypeError|undefined|\[object/);
  expect(ended.exitCode, ended.stderr).toBe(exitCode);
  const kinds = ['pipelinerun', 'pod', 'pvc', 'configmap'] as const;
  expect(await ada.names(kinds, 'app.kubernetes.io/managed-by=slipway')).toEqual([]);
}

function firstOf<T>([first]: readonly T[]): T {
  if (first === undefined) throw new Error('the kubeconfig is empty');
  return first;
}

describe('a cluster that cannot be used', () => {
  it('nothing listens', async () => {
    await kubeconfigWith(({ clusters }) => (firstOf(clusters).cluster.server = 'https://127.0.0.1:1'));
    await expectsRefused(['a.ipynb'], 4, /nothing listens at https:\/\/127\.0\.0\.1:1/);
  });

  it('a kubeconfig that is not there, or no kubeconfig', async () => {
    await ada.writeContext({ profile, kubeconfig: join(ada.machine.folder, 'nowhere') });
    await expectsRefused(['a.ipynb'], 2, /There is no kubeconfig \S+\/nowhere\./);
    const broken = await ada.machine.write('broken.yaml', 'clusters: [\n');
    await ada.writeContext({ profile, kubeconfig: broken });
    await expectsRefused(['a.ipynb'], 2, /The kubeconfig \S+\/broken\.yaml is not valid YAML in line 2/);
  });

  it('a client certificate that has expired', async () => {
    const folder = ada.machine.folder;
    const pki = ada.cluster.pki;
    const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
    await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'old.key', '-out', 'old.csr', '-subj', '/CN=ada');
    const dates = ['-not_before', '20240101000000Z', '-not_after', '20240201000000Z'];
    const signing = [
      'x509',
      '-req',
      '-in',
      'old.csr',
      '-CA',
      `${pki}/ca.crt`,
      '-CAkey',
      `${pki}/ca.key`,
      '-out',
      'old.crt',
    ];
    // Older versions of openssl know no dates here; a negative number of days does as well.
    await openssl(...signing, ...dates).catch(() => openssl(...signing, '-days', '-1'));
    await kubeconfigWith(({ users }) => {
      firstOf(users).user = { 'client-certificate': join(folder, 'old.crt'), 'client-key': join(folder, 'old.key') };
    });
    await expectsRefused(['a.ipynb'], 4, /its (?:client )?certificate expired at/);
  });

  it('a certificate authority that did not sign its certificate', async () => {
    const folder = ada.machine.folder;
    const args = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'o.key',
      '-out',
      'o.crt',
      '-subj',
      '/CN=o',
    ];
    await promisify(execFile)('openssl', args, { cwd: folder });
    await kubeconfigWith(({ clusters }) => {
      delete firstOf(clusters).cluster['certificate-authority-data'];
      firstOf(clusters).cluster['certificate-authority'] = join(folder, 'o.crt');
    });
    await expectsRefused(['a.ipynb'], 4, /its certificate is signed by an unknown authority/);
  });

  it('without Tekton', async () => {
    const proxy = await startFaultProxy({ kubeconfig: ada.cluster.kubeconfig, folder: ada.machine.folder });
    try {
      // What an API server answers for groups that it does not have.
      const body = '404 page not found\n';
      proxy.on(/^\w+ \/apis\/tekton\.dev(?:[/?]|$)/, {
        kind: 'answer',
        status: 404,
        headers: { 'content-type': 'text/plain' },
        body,
      });
      await ada.writeContext({ profile, kubeconfig: proxy.kubeconfig });
      await expectsRefused(['a.ipynb'], 4, /has\s+no\s+Tekton\s+Pipelines/);
    } finally {
      await proxy.dispose();
    }
  });
});

const digest = `sha256:${'0a'.repeat(32)}`;

describe('a profile or job that is wrong', () => {
  const wrong: readonly (readonly [string, TeamProfile, RegExp])[] = [
    ['cpu', { ...profile, instanceTypes: { small: { cpu: '1 core', memory: '1Gi' } } }, /small\.cpu: Invalid string/],
    ['memory', { ...profile, instanceTypes: { small: { cpu: '1', memory: '1 GB' } } }, /small\.memory: Invalid string/],
    ['volume', { ...profile, volume: { kind: 'perRun', size: 'much' } }, /volume\.size: Invalid string/],
  ];
  it.each(wrong)('a quantity of %s', async (_, changed, said) => {
    await ada.writeContext({ profile: changed });
    await expectsRefused(['a.ipynb'], 2, said);
  });

  it.each([
    ['a digest that is none', 'testbed.local/runner@sha256:abc', /its digest is not sha256 with 64 hexadecimal digits/],
    [
      'a tag and a digest, each of them right',
      `testbed.local/runner:1@${digest}`,
      new RegExp(`it has a tag and a digest[^]*Keep one of them: testbed\\.local/runner@${digest} is exact`),
    ],
    ['two tags', 'testbed.local/runner:1:2', /"1:2" is not a tag/],
    [
      'an instance type that the profile does not have',
      '',
      /The instance type "huge" is not known[^]*small, gpu, tiny/,
    ],
  ])('%s', async (_, image, said) => {
    await ada.writeContext({ profile });
    await expectsRefused(['a.ipynb', ...(image === '' ? ['--instance-type', 'huge'] : ['--image', image])], 2, said);
  });
});

describe('a name that is too long', () => {
  const long = 'n'.repeat(64);

  /** A PipelineRun that never starts. */
  const byHand = (metadata: object, task = 'build', step = 'print'): object => ({
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata,
    spec: {
      status: 'PipelineRunPending',
      pipelineSpec: {
        tasks: [
          { name: task, taskSpec: { steps: [{ name: step, image: 'testbed.local/busybox:1', script: 'true' }] } },
        ],
      },
    },
  });

  const written: readonly (readonly [string, object, RegExp])[] = [
    ['its own', byHand({ name: long }), /length must be no more than 63 characters: metadata\.name\./],
    [
      'the value of a label',
      byHand({ name: 'a', labels: { team: long } }),
      /metadata\.labels: .* no more than 63 char/,
    ],
    [
      'the key of a label',
      byHand({ name: 'a', labels: { [long]: 'x' } }),
      /name part must be no more than 63 characters/,
    ],
    ['that of a task', byHand({ name: 'a' }, long), /tasks\[0\]\.name; Pipeline Task name must be a valid DNS Label/i],
    [
      'that of a step',
      byHand({ name: 'a' }, 'build', long),
      /steps\[0\]\.name; Task step name must be a valid DNS Label/i,
    ],
  ];
  it.each(written)('of a hand-written PipelineRun: %s', async (_, object, said) => {
    await ada.writeContext({ profile });
    const file = join(ada.machine.folder, 'by-hand.yaml');
    await writeFile(file, stringify(object));
    await expectsRefused(['--bare', file], 4, said);
    expect(await ada.names(['pipelinerun'])).toEqual([]);
  });

  it('of a hand-written PipelineRun is made shorter where the API server makes it', async () => {
    await ada.writeContext({ profile });
    const file = join(ada.machine.folder, 'by-hand.yaml');
    await writeFile(file, stringify(byHand({ generateName: `${long}-` })));
    const ended = await ada.typed(['run', '--bare', file, '-d', '-o', 'json']);
    expect(ended.exitCode, ended.stderr).toBe(0);
    const { run } = json(ended);
    expect(run).toMatch(/^n{50,58}\w{5}$/);
    await ada.kubectl('delete', 'pipelinerun', run);
  });

  it('of a run, and of what a run is sent with', async () => {
    await ada.writeContext({ profile });
    const spec = await ada.machine.write('long/slipway.yaml', `command: ['true']\nname: ${long}\n`);
    await expectsRefused([spec], 2, /slipway\.yaml:2: name must be a DNS label: .* at most 50 of them/);
    for (const [changes, said] of [
      [{ nodeSelector: { [long]: 'x' } }, /nodeSelector of the team profile: "n{64}" is not the key of a label/],
      [{ nodeSelector: { x: long } }, /"n{64}" is not the value of a label or taint[^]*at most 63 characters/],
    ] as const) {
      await ada.writeContext({ profile: { ...profile, ...changes } });
      await expectsRefused(['a.ipynb'], 2, said);
    }
  });

  it('of a space', async () => {
    await ada.writeContext({ profile });
    const kubeconfig = ['--kubeconfig', ada.cluster.kubeconfig, '--image', 'testbed.local/runner:1'];
    const made = await ada.machine.slipway(['context', 'new', 'other', ...kubeconfig, '--namespace', long]);
    expect(made.stderr).toMatch(/namespace: .*<=63 characters/);
    expect(made.exitCode).toBe(2);
    const used = await typedBy(ada.machine, ['context', 'use', context, '--space', long]);
    expect(used.stderr).toMatch(/"n{64}" is no name of a space/);
    expect(used.exitCode).toBe(2);
    const { stdout } = await typedBy(ada.machine, ['context', 'list']);
    expect(stdout).not.toContain('other');
    expect(stdout).toContain(ada.namespace);
  });

  it('of a notebook does not keep it from running: its run and labels have shorter ones, which the API server takes', async () => {
    await ada.writeContext({ profile });
    const title = 'n'.repeat(200);
    const file = await ada.machine.write(`long/${title}.ipynb`, notebook(['print("first", 6 * 7)']));
    const printed = await ada.typed(['manifest', file]);
    expect(printed.exitCode, printed.stderr).toBe(0);
    const [name = ''] = /(?<=^# The run )\S+(?=,)/.exec(printed.stdout) ?? [];
    expect(name).toMatch(/^n{40,56}-[0-9a-f]{6}$/);
    expect(printed.stdout).toMatch(/slipway\.dev\/notebook: n{40,54}-[0-9a-f]{8}$/m);
    // People see it whole.
    expect(printed.stdout).toContain(`slipway.dev/title: ${title}.ipynb`);
    const strictly = ['create', '--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'];
    expect(await kubectl(strictly, { input: printed.stdout })).toContain(`pipelinerun.tekton.dev/${name}`);
  });
});
