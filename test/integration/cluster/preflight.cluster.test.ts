import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Check, JobSpec, TeamProfile } from '../../../shared/src/protocol/index.ts';
import { startFaultProxy } from '../../cluster/faultProxy.ts';
import { adminRequest } from './adminRequest.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { Person, shippedRules, without } from './person.ts';

const machines: ClusterMachine[] = [];

afterAll(async () => {
  for (const machine of machines) await machine.dispose();
});

async function space(part: string, changes: Partial<TeamProfile> = {}): Promise<ClusterMachine> {
  const made = await ClusterMachine.create(`preflight-${part}`, changes);
  machines.push(made);
  return made;
}

const make = ({ cluster, namespace }: ClusterMachine, plural: string, body: object) =>
  adminRequest(cluster.kubeconfig, 'POST', `/api/v1/namespaces/${namespace}/${plural}`, body);

/** What the look before a run finds, by name; nothing is sent. */
async function found({ machine }: ClusterMachine, spec: JobSpec): Promise<Record<string, Omit<Check, 'name'>>> {
  const core = coreInProcess(machine);
  try {
    const submission = { context, folder: { kind: 'disk' as const, path: machine.work }, spec };
    const { checks } = await core.handlers['jobs/preflight'](submission, AbortSignal.timeout(60_000));
    return Object.fromEntries(checks.map(({ name, ...rest }) => [name, rest]));
  } finally {
    await core.dispose();
  }
}

const command = ['true'];
const says = (outcome: Check['outcome'], detail: RegExp, fix?: RegExp) => ({
  outcome,
  detail: expect.stringMatching(detail) as string,
  ...(fix !== undefined && { fix: expect.stringMatching(fix) as string }),
});

describe.concurrent('the look before a run', () => {
  it('names an account, a Secret and a size that are not there; then nothing is sent', async () => {
    const volume = { kind: 'perRun' as const, size: '1Mi' };
    const at = await space('missing', { serviceAccountName: 'robot', imagePullSecrets: ['registry'], volume });
    await at.machine.write('big.bin', 'x'.repeat(2_000_000));
    const checks = await found(at, { command });
    expect(checks).toMatchObject({
      'who you are': says('pass', /^\S+ \(no groups\)$|^\S+ \(groups /),
      'service account': says('fail', /^there is no service account robot in e2e-/, /serviceAccountName/),
      'pull secrets': says(
        'fail',
        /^there is no Secret registry in e2e-.*, which the image is pulled with/,
        /imagePullSecrets/,
      ),
      volume: says('warn', /^the files that are sent take 2\.0 MB, and the volume of the run’s own has 1 MiB$/, /./),
      Tekton: says('pass', /^v\d+\.\d+\.\d+, fields checked strictly$/),
    });
    const ended = await at.typed(['run', '--', 'true']);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(4);
    expect(ended.stderr).toMatch(/✗ service account +there is no service account robot/);
    expect(ended.stderr).toMatch(/✗ pull secrets +there is no Secret registry/);
    expect(ended.stderr).toMatch(/! volume +the files that are sent/);
    expect(await at.names(['pipelinerun', 'pod', 'pvc', 'configmap'], 'app.kubernetes.io/managed-by=slipway')).toEqual(
      [],
    );
  });

  it('tells what a limit of the space says of the pod, which Tekton would make only later', async () => {
    const at = await space('limit');
    const limits = [{ type: 'Container', max: { memory: '300Mi' } }];
    await make(at, 'limitranges', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small' },
      spec: { limits },
    });
    const checks = await found(at, { command });
    expect(checks).toMatchObject({
      manifest: { outcome: 'pass' },
      pod: says('fail', /maximum memory usage per Container is 300Mi, but limit is 512Mi/, /Stay within the limits/),
    });
  });

  it('says of everything that may not be seen that it cannot, and which right is missing', async () => {
    const at = await space('unseen');
    const person = await Person.at(at, `ada-${at.namespace}@example.test`);
    await person.may(without(await shippedRules(), 'get persistentvolumeclaims'));
    const volume = { kind: 'claim' as const, claimName: 'team-data' };
    await person.runOn({ ...profile, serviceAccountName: 'robot', imagePullSecrets: ['registry'], volume });
    const unseen = (what: string, right: string) =>
      says('warn', new RegExp(`^${what} cannot be seen: you may not ${right}$`), /ask for the right/);
    expect(await found(at, { command, instanceType: 'gpu' })).toMatchObject({
      'who you are': says('pass', new RegExp(`^oidc:ada-${at.namespace}@example.test \\(no groups\\)$`)),
      'may do': says('fail', /you may not get persistentvolumeclaims in e2e-/, /docs\/platform\/role\.yaml/),
      'service account': unseen('service account robot', 'get serviceaccounts'),
      'pull secrets': unseen('registry', 'get secrets'),
      volume: unseen('claim team-data', 'get persistentvolumeclaims'),
      quota: unseen('quotas', 'list resourcequotas'),
      nodes: unseen('nodes with nvidia\\.com/gpu', 'list nodes'),
    });
    expect((await found(at, { command })).nodes).toMatchObject(says('skipped', /^nodes cannot be seen/));
  });

  it('says of a kubeconfig without a user that the cluster does not know them', async () => {
    const at = await space('nobody');
    const kubeconfig = join(at.machine.folder, 'kubeconfig');
    const { apiUrl, certificateAuthority } = at.cluster;
    const { namespace } = at;
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: apiUrl, 'certificate-authority': certificateAuthority } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace } }],
      users: [{ name: 'u', user: {} }],
      'current-context': 'x',
    };
    await writeFile(kubeconfig, stringify(content));
    await at.writeContext({ profile, kubeconfig });
    expect(await found(at, { command })).toMatchObject({
      'API server': { outcome: 'pass' },
      'who you are': says('fail', /^https:\S+ does not know you/, /slipway login/),
      'may do': { outcome: 'fail' },
    });
  });

  it('tells how full a volume is that a run has now, and refuses what does not fit', async () => {
    const volume = { kind: 'claim' as const, claimName: 'team-data' };
    const at = await space('full', { volume });
    await make(at, 'persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'team-data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'tiny', resources: { requests: { storage: '64Mi' } } },
    });
    expect((await found(at, { command })).volume).toMatchObject(says('warn', /claim team-data has no volume yet/));
    const fill = 'head -c 20000000 /dev/zero > "$SLIPWAY_OUTPUT/half"; sleep 600';
    const sent = await at.typed(['run', '-d', '--no-preflight', '--', 'bash', '-c', fill]);
    expect(sent.exitCode, sent.stdout + sent.stderr).toBe(0);
    const [, run = ''] = /^run +(\S+)$/m.exec(sent.stdout) ?? [];
    // On a busy machine the pod may not answer in time, and then nobody can tell.
    const told = (what: string, words: RegExp) =>
      at.until(what, async () => {
        const { volume: seen } = await found(at, { command });
        return words.test(seen?.detail ?? '') ? seen : undefined;
      });
    const written = await told('what it has written', /^PVC team-data \(ReadWriteOnce, 64 MiB, 4\d\.\d MB free\)$/);
    expect(written.outcome).toBe('pass');
    await at.machine.write('big.bin', 'x'.repeat(50_000_000));
    const words = /^4\d\.\d MB of 67\.1 MB are free on claim team-data, and the files that are sent take 50\.0 MB$/;
    const refused = await told('that it does not fit', words);
    expect(refused).toMatchObject(says('fail', words, /Free some space/));
    expect((await at.typed(['cancel', run])).exitCode).toBe(0);
    await at.until('its pod is gone', async () => ((await at.names(['pod'])).length === 0 ? true : undefined));
    expect((await found(at, { command, files: { exclude: ['big.bin'] } })).volume).toMatchObject(
      says('pass', /^PVC team-data \(ReadWriteOnce, 64 MiB, free space cannot be seen\)$/),
    );
  });

  it('names a setting of Tekton that breaks every run (fixture)', async () => {
    const at = await space('flags');
    const proxy = await startFaultProxy({ kubeconfig: at.cluster.kubeconfig, folder: at.machine.folder });
    try {
      await at.writeContext({ profile, kubeconfig: proxy.kubeconfig });
      const flags = { apiVersion: 'v1', kind: 'ConfigMap', data: { 'disable-inline-spec': 'taskrun' } };
      const body = JSON.stringify(flags);
      proxy.on(/^GET \/api\/v1\/namespaces\/tekton-pipelines\/configmaps\/feature-flags/, {
        kind: 'answer',
        status: 200,
        body,
      });
      expect(await found(at, { command })).toMatchObject({
        manifest: { outcome: 'pass' },
        Tekton: says('fail', /no specs inside of taskrun \(disable-inline-spec\)/, /administrator of the cluster/),
      });
    } finally {
      await proxy.dispose();
    }
  });
});
