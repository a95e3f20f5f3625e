import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addPretendNode,
  clusterStatus,
  idToken,
  kubectl,
  removeImage,
  removePretendNode,
  setGpus,
  type ClusterStatus,
} from './cluster.mjs';
import { notebook } from '../integration/cli/slipway.ts';
import { adminRequest, pathOf } from '../integration/cluster/adminRequest.ts';

const space = `cluster-check-${process.pid}`;
/** What notebooks of the field import; the example itself runs in a test of its own. */
const imports = notebook(['import matplotlib, numpy, scipy, sklearn']);
let cluster: ClusterStatus;

/** A name that nothing else in the space has. */
const named = (what: string): string => `${what}-${randomBytes(2).toString('hex')}`;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Container {
  readonly state: {
    readonly terminated?: { readonly reason: string; readonly exitCode: number };
    readonly waiting?: { readonly reason: string; readonly message?: string };
  };
  readonly imageID: string;
}

interface Status {
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly containerStatuses?: readonly Container[];
}

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: object;
}

const inSpace = (...args: string[]) => kubectl(['-n', space, ...args]);

interface Made {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

async function create(object: Made): Promise<void> {
  const path = pathOf(`${shortNames[object.kind] ?? ''}/`, space);
  await adminRequest(cluster.kubeconfig, 'POST', path.slice(0, -1), object);
}

const shortNames: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'pvc',
  PipelineRun: 'pipelinerun',
  Pod: 'pod',
};

async function statusOf(object: string): Promise<Status> {
  const found = await adminRequest(cluster.kubeconfig, 'GET', pathOf(object, space));
  return (found as { readonly status?: Status }).status ?? {};
}

/** Waits until a field of an object is there, or has the value after `=`. */
async function appears(object: string, field: string, seconds = 240): Promise<void> {
  await inSpace('wait', `--for=jsonpath=${field}`, object, `--timeout=${seconds}s`);
}

/** Why a pod is not scheduled, in the scheduler's words. */
async function whyUnscheduled(podName: string): Promise<string> {
  await appears(`pod/${podName}`, '{.status.conditions[?(@.reason=="Unschedulable")].message}');
  const conditions = (await statusOf(`pod/${podName}`)).conditions ?? [];
  return conditions.find(({ reason }) => reason === 'Unschedulable')?.message ?? '';
}

interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

interface PodOptions {
  readonly container?: object;
  readonly pod?: object;
}

/** A pod of one container that runs a shell script. */
function pod(podName: string, script: string, { container = {}, pod: spec = {} }: PodOptions = {}): Pod {
  const image = 'testbed.local/runner:1';
  const main = { name: 'main', image, command: ['bash', '-ec', script], ...container };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [main], ...spec },
  };
}

/** Runs a pod to its end and returns its log and how its container ended. */
async function runToEnd(object: Pod): Promise<{ readonly log: string; readonly end: Container }> {
  const podName = object.metadata.name;
  await create(object);
  await appears(`pod/${podName}`, '{.status.containerStatuses[0].state.terminated}');
  const [end] = (await statusOf(`pod/${podName}`)).containerStatuses ?? [];
  if (end === undefined) throw new Error(`${podName} has no container`);
  return { log: await inSpace('logs', podName), end };
}

describe('the test cluster', () => {
  beforeAll(async () => {
    cluster = await clusterStatus();
    if (!cluster.running) throw new Error('The test cluster is down: npm run cluster:up');
    await kubectl(['create', 'namespace', space]);
    await inSpace('wait', '--for=create', 'serviceaccount/default', '--timeout=240s');
  });

  afterAll(async () => {
    await kubectl(['delete', 'namespace', space, '--wait=false', '--ignore-not-found']);
  });

  it('runs a PipelineRun as uid 1001 with fsGroup on a volume: clone, notebook, report', async () => {
    const run = named('example');
    const step = (stepName: string, script: string) => ({ name: stepName, image: 'testbed.local/runner:1', script });
    await create({
      apiVersion: 'tekton.dev/v1',
      kind: 'PipelineRun',
      metadata: { name: run },
      spec: {
        workspaces: [
          {
            name: 'data',
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          },
        ],
        taskRunTemplate: { podTemplate: { securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 } } },
        pipelineSpec: {
          workspaces: [{ name: 'data' }],
          results: [{ name: 'user', value: '$(tasks.run.results.user)' }],
          tasks: [
            {
              name: 'run',
              workspaces: [{ name: 'data', workspace: 'data' }],
              taskSpec: {
                workspaces: [{ name: 'data' }],
                results: [{ name: 'user' }],
                stepTemplate: { workingDir: '$(workspaces.data.path)' },
                steps: [
                  step('clone', `git clone --quiet http://git.testbed.local:8081/public/examples.git`),
                  step(
                    'notebook',
                    `test -e examples/single-cell/single_cell.ipynb && echo '${imports}' > imports.ipynb && papermill imports.ipynb done.ipynb`,
                  ),
                  step('report', `jupyter nbconvert --to html done.ipynb && nvidia-smi -L`),
                  step('user', `printf '%s' "$(id -u):$(id -g) $HOME" > $(results.user.path)`),
                ],
              },
            },
          ],
        },
      },
    });
    await appears(`pipelinerun/${run}`, '{.status.completionTime}');
    const [ended] = (await statusOf(`pipelinerun/${run}`)).conditions ?? [];
    expect(ended).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(await inSpace('get', 'pipelinerun', run, '-o', 'jsonpath={.status.results[0].value}')).toBe(
      '1001:1001 /home/rapids',
    );
  });

  it('executes in a pod, and forwards to its ports', async () => {
    const server = named('server');
    const listens = { readinessProbe: { tcpSocket: { port: 8000 }, periodSeconds: 1 } };
    const script = 'cd /usr/share/common-licenses && exec python3 -m http.server 8000';
    await create(pod(server, script, { container: listens }));
    await inSpace('wait', '--for=condition=Ready', `pod/${server}`, '--timeout=240s');
    expect(await inSpace('exec', server, '--', 'id', '-un')).toBe('rapids\n');
    await expect(inSpace('exec', server, '--', 'sh', '-c', 'exit 7')).rejects.toThrow('exit code 7');
    const args = [`--kubeconfig=${cluster.kubeconfig}`, '-n', space, 'port-forward', `pod/${server}`, ':8000'];
    const forward = spawn(cluster.kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface(forward.stdout), 'line')) as [string];
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? '';
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(await answer.text()).toContain('GPL-3');
    } finally {
      forward.kill();
    }
  });

  it('kills what uses more memory than its limit', async () => {
    const script = 'python3 -c "x = bytearray(300 << 20)"';
    const limits = {
      container: { command: ['sh', '-c', `exec ${script}`], resources: { limits: { memory: '64Mi' } } },
    };
    const { end } = await runToEnd(pod(named('greedy'), script, limits));
    // Where the limit of the pod is met before the container's, containerd hears of no memory and says Error.
    const reason: unknown = expect.stringMatching(/^(?:OOMKilled|Error)$/);
    expect(end.state.terminated).toMatchObject({ reason, exitCode: 137 });
  });

  it('fills a tiny volume, which belongs to the group of the pod', async () => {
    const claimName = named('tiny');
    await create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claimName },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'tiny', resources: { requests: { storage: '1Gi' } } },
    });
    const spec = {
      securityContext: { runAsUser: 1001, fsGroup: 2000 },
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    };
    const script = 'stat -c %g /data; dd if=/dev/zero of=/data/fill bs=1M count=100 || stat -c %s /data/fill';
    const container = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
    const { log } = await runToEnd(pod(named('filler'), script, { container, pod: spec }));
    expect(log).toMatch(/^2000$/m);
    expect(log).toContain('No space left on device');
    expect(log).toMatch(new RegExp(`^${64 << 20}$`, 'm'));
  });

  it('counts GPUs, and shows a stand-in to those who ask for one', async () => {
    const resources = { limits: { 'nvidia.com/gpu': 1 } };
    const { log } = await runToEnd(pod(named('gpu'), 'nvidia-smi -L', { container: { resources } }));
    expect(log).toContain('Stand-in GPU');
  });

  it('schedules to nodes without machines what asks for them, once there are GPUs', async () => {
    const [pretend, intolerant, tolerant] = [named(`${space}-gpu`), named('intolerant'), named('tolerant')];
    const labels = { accelerator: pretend };
    const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const;
    const toleration = { key: 'nvidia.com/gpu', operator: 'Exists' };
    const container = { resources: { limits: { 'nvidia.com/gpu': 4 } } };
    await addPretendNode(pretend, { labels, taints: [taint] });
    try {
      await create(pod(intolerant, 'true', { container, pod: { nodeSelector: labels } }));
      // Other tests have nodes with taints, too; none of those has what is wanted.
      const why = await whyUnscheduled(intolerant);
      expect(why).toMatch(/\d+ node\(s\) had untolerated taint/);
      expect(why).not.toMatch(/Insufficient/);
      await create(pod(tolerant, 'true', { container, pod: { nodeSelector: labels, tolerations: [toleration] } }));
      expect(await whyUnscheduled(tolerant)).toMatch(/1 Insufficient nvidia\.com\/gpu/);
      await setGpus(4, pretend);
      await appears(`pod/${tolerant}`, `{.spec.nodeName}=${pretend}`);
    } finally {
      await removePretendNode(pretend);
    }
  });

  it('believes the tokens of its issuer, and gives them no rights', async () => {
    const token = idToken('dev@example.test', { groups: ['data-science'] });
    const as = (...args: string[]) =>
      kubectl([
        '--kubeconfig=/dev/null',
        `--certificate-authority=${cluster.certificateAuthority}`,
        ...args,
        '-s',
        cluster.apiUrl,
        '--token',
        token,
      ]);
    const whoAmI = JSON.parse(await as('auth', 'whoami', '-o', 'json')) as object;
    expect(whoAmI).toMatchObject({
      status: {
        userInfo: { username: 'oidc:dev@example.test', groups: ['oidc:data-science', 'system:authenticated'] },
      },
    });
    await expect(as('-n', space, 'get', 'pods')).rejects.toThrow('Forbidden');
  });

  it('writes down who did what', async () => {
    const { size } = await stat(cluster.auditLog);
    await inSpace('get', 'configmaps');
    const written = await readFile(cluster.auditLog);
    const lines = written.subarray(size).toString().trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as AuditEvent);
    const mine = events.filter(({ verb, user }) => verb === 'list' && user.username === 'admin');
    expect(mine.map(({ objectRef }) => objectRef)).toContainEqual(
      expect.objectContaining({ resource: 'configmaps', namespace: space }),
    );
    expect(written.includes('"username":"system:kube-scheduler"')).toBe(false);
  });

  it('pulls from its registry, by digest too, and is refused what is private', async () => {
    const image = 'registry.testbed.local/public/small';
    await removeImage(image);
    const [pull, locked] = [named('pull'), named('pull-locked')];
    const pulled = await runToEnd(pod(pull, '', { container: { image: `${image}:1`, command: ['true'] } }));
    const events = await inSpace(
      'get',
      'events',
      `--field-selector=involvedObject.name=${pull}`,
      '-o',
      'jsonpath={..message}',
    );
    expect(events).toMatch(/Successfully pulled image "registry\.testbed\.local\/public\/small:1"/);
    const digest = /sha256:[0-9a-f]{64}$/.exec(pulled.end.imageID)?.[0] ?? '';
    const again = { container: { image: `${image}@${digest}`, command: ['true'], imagePullPolicy: 'Always' } };
    expect((await runToEnd(pod(named('pull-again'), '', again))).end.state.terminated?.exitCode).toBe(0);
    const secret = { container: { image: 'registry.testbed.local/private/locked:1', command: ['true'] } };
    await create(pod(locked, '', secret));
    await appears(`pod/${locked}`, '{.status.containerStatuses[0].state.waiting.message}');
    const [refused] = (await statusOf(`pod/${locked}`)).containerStatuses ?? [];
    expect(refused?.state.waiting?.message).toMatch(/401 Unauthorized|authorization failed/);
  });

  it('serves private repositories to those who log in, and fails where that is asked for', async () => {
    const { login } = cluster.services;
    const git = 'git.testbed.local:8081';
    const script = `cd /tmp
      export GIT_TERMINAL_PROMPT=0
      git clone -q http://${login.user}:${login.password}@${git}/private/examples.git mine && ls mine
      git clone -q http://${git}/private/examples.git anonymous || true
      git clone -q http://${git}/~truncate=2000/public/examples.git broken || true
      python3 -c "import urllib.request; print(urllib.request.urlopen('http://files.testbed.local:8082/~truncate=10/data/20').read())" || true`;
    const { log } = await runToEnd(pod(named('git'), script));
    expect(log).toContain('single-cell\n');
    expect(log).toContain('could not read Username');
    expect(log).toContain('early EOF');
    expect(log).toContain('IncompleteRead');
  });

  it('refuses pods that are not restricted where that is the rule', async () => {
    const input = JSON.stringify(pod('free', 'true'));
    await expect(kubectl(['-n', 'team-restricted', 'create', '-f', '-'], { input })).rejects.toThrow(
      'violates PodSecurity "restricted:latest"',
    );
  });

  it('gives the machine no new addresses, which would make its browsers break off what they load', async () => {
    const addresses = await readFile('/proc/net/if_inet6', 'utf8').catch(() => '');
    expect(addresses).not.toMatch(/veth|slipway-test/);
  });

  it('keeps its keys to the administrator', async () => {
    expect((await stat(cluster.kubeconfig)).mode & 0o77).toBe(0);
    expect((await stat(cluster.pki)).mode & 0o77).toBe(0);
  });
});
