import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { checkPipelineRun, manifestText, planInputs, renderInputs } from '../../shared/src/pipeline/index.ts';
import type { KubernetesObject } from '../../shared/src/pipeline/index.ts';
import { exampleInput } from '../../shared/src/pipeline/manifest/testing/manifestInputs.ts';
import { adminRequest } from '../integration/cluster/adminRequest.ts';
import type { ClusterStatus } from './cluster.d.mts';
import { mistaken, mistakenRuns } from './mistakenRuns.ts';

/**
 * The golden manifests of shared/src/pipeline/manifest, judged by Tekton's own code, by an API server, and by what Tekton's
 * controller makes of them; and the mistakes that `checkPipelineRun` tells, proved to be accepted and to fail.
 */
const golden = join(import.meta.dirname, '../../shared/src/pipeline/manifest/__golden__');
const run = promisify(execFile);
const namespace = `t-manifests-${process.pid}`;
const restricted = `${namespace}-restricted`;
const cluster = JSON.parse(readFileSync(process.env.SLIPWAY_TEST_CLUSTER ?? '', 'utf8')) as ClusterStatus;

async function kubectl(args: readonly string[], input = ''): Promise<{ stdout: string; stderr: string }> {
  const child = run(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  child.child.stdin?.end(input);
  return child;
}

/** Objects as kubectl reads them; JSON, so that nothing is taken for something else. */
const documents = (objects: readonly unknown[]): string =>
  objects.map((object) => JSON.stringify(object)).join('\n---\n');

interface Manifest {
  readonly name: string;
  /** As in the file, in a namespace of this test. */
  readonly text: string;
  readonly objects: readonly KubernetesObject[];
}

const manifests: readonly Manifest[] = readdirSync(golden).map((file) => {
  const text = readFileSync(join(golden, file), 'utf8').replaceAll('namespace: team-a\n', `namespace: ${namespace}\n`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
  return { name: file.replace(/\.yaml$/, ''), text, objects };
});

/** Differ from others in what does not reach the pod. */
const sameAsOthers = /^(cpu|no-tests|ugly|long|large|timeouts|retry-from-(?!report))/;

/** The PipelineRuns among them whose pods differ, each with a name of its own. */
const pipelineRuns = manifests
  .filter(({ name }) => !sameAsOthers.test(name))
  .flatMap(({ name, objects }) =>
    objects
      .filter(({ kind }) => kind === 'PipelineRun')
      .map((object) => ({ ...object, metadata: { ...object.metadata, name: name.slice(0, 60) } })),
  );

/** What the golden manifests take for granted. */
const surroundings = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: restricted, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
  ...[namespace, restricted].map((place) => {
    return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'pipeline.runner', namespace: place } };
  }),
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'batch-low' }, value: 1 },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'nvidia' }, handler: 'runc' },
];

beforeAll(async () => {
  const isOfRestricted = ({ metadata }: (typeof surroundings)[number]): boolean =>
    'namespace' in metadata && metadata.namespace === restricted;
  const others = surroundings.filter((object) => !isOfRestricted(object));
  await kubectl(['apply', '--filename', '-'], documents(others));
  const ofRestricted = surroundings.filter(isOfRestricted);
  await kubectl(['apply', '--namespace', restricted, '--filename', '-'], documents(ofRestricted));
  // Neither pods nor Tekton's are made where the service account is still to come.
  for (const place of [namespace, restricted]) {
    await kubectl(['wait', '--for=create', 'serviceaccount/default', '--namespace', place, '--timeout=240s']);
  }
});

afterAll(async () => {
  await kubectl(['delete', 'pipelineruns', '--all', '--wait=false']);
  const namespaces = [`namespace/${namespace}`, `namespace/${restricted}`];
  const asked = ['priorityclass/batch-low', 'runtimeclass/nvidia', ...namespaces, '--wait=false', '--ignore-not-found'];
  await kubectl(['delete', ...asked]);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 300_000; Date.now() < end;) {
    if (await condition()) return;
    await delay(1000);
  }
  throw new Error('it did not come about in 300 s');
}

interface Conditioned {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly podName?: string;
    readonly conditions?: readonly { readonly status: string; readonly reason: string; readonly message: string }[];
  };
}

async function list(kind: 'pipelineruns' | 'taskruns'): Promise<readonly Conditioned[]> {
  const path = `/apis/tekton.dev/v1/namespaces/${namespace}/${kind}`;
  return ((await adminRequest(cluster.kubeconfig, 'GET', path)) as { items: Conditioned[] }).items;
}

/** What the API server would store of a manifest. */
async function dryRun(text: string): Promise<{ stored: readonly KubernetesObject[]; stderr: string }> {
  const options = ['--dry-run=server', '--validate=strict', '--output', 'json', '--filename', '-'];
  const { stdout, stderr } = await kubectl(['create', ...options], text);
  // Several objects come as a list, or one after the other.
  const objects = JSON.parse(`[${stdout.trim().replaceAll(/^}\n{/gm, '},{')}]`) as (KubernetesObject & {
    items?: [];
  })[];
  return { stored: objects.flatMap((object) => object.items ?? [object]), stderr };
}

describe('the golden manifests', () => {
  it('are valid for Tekton’s own code', async () => {
    const files = manifests
      .filter(({ objects }) => objects.some(({ kind }) => kind === 'PipelineRun'))
      .map(({ name }) => join(golden, `${name}.yaml`));
    expect(files.length).toBeGreaterThanOrEqual(30);
    const { stdout } = await run(cluster.validatePipelineRuns, files);
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(reports).toEqual(files.map((file) => ({ file, valid: true, errors: [], warnings: [] })));
  });

  it('are accepted by the API server, strictly and without a warning, and say there what they say here', async () => {
    const { stored, stderr } = await dryRun(manifests.map(({ text }) => text).join('\n---\n'));
    expect(stderr).toBe('');
    expect(stored).toHaveLength(manifests.flatMap(({ objects }) => objects).length);
    let next = 0;
    for (const { name, objects } of manifests) {
      const ofManifest = stored.slice(next, (next += objects.length));
      expect(
        ofManifest.map(({ metadata }) => metadata),
        name,
      ).toMatchObject(objects.map(({ metadata: { labels, annotations } }) => ({ labels, annotations })));
    }
  });

  it('bring inputs as YAML, byte by byte', async () => {
    const texts = [
      ...[
        '',
        '\n',
        '\n\n',
        'a',
        'a\n\n',
        ' a\n  b \n',
        '\ta\n\t\tb',
        'a\r\nb',
        '---\n...\n%YAML 1.1\n',
        '# a\n',
        'a: &b *c',
      ],
      ...['yes', '1e3', '0x1F', '12:30', '~', '\u2028', '\u0085', '\ufeffa', '中文 ☃ 😀', '$(HOME)', 'x'.repeat(5000)],
      String.fromCharCode(...Array.from({ length: 0x180 }, (_, code) => code)),
      '{"cells": [{"source": "a\\n"}]}\n',
    ];
    const files = texts.map((text, index) => ({
      path: `${index}`,
      bytes: Buffer.byteLength(text),
      sha256: '0'.repeat(64),
    }));
    const input = { ...exampleInput(), namespace, inputs: planInputs(files, 10_000) };
    const contents = new Map(texts.map((text, index) => [`f${index}`, Buffer.from(text)]));
    const object = renderInputs(input, contents, files);
    const { stored, stderr } = await dryRun(manifestText([object], input));
    expect(stderr).toBe('');
    expect(stored).toMatchObject([{ data: object.data, binaryData: object.binaryData }]);
  });

  it('become pods that the API server accepts', async () => {
    // An earlier try of this test left the same.
    await kubectl(['delete', 'pipelineruns', '--all', '--cascade=foreground']);
    // Their claims and ConfigMaps do not exist, so the pods wait for ever: what counts is that they were made.
    await kubectl(['create', '--validate=strict', '--filename', '-'], documents(pipelineRuns));
    let taskRuns: readonly Conditioned[] = [];
    const isSettled = ({ status }: Conditioned): boolean =>
      status?.podName !== undefined || status?.conditions?.[0]?.status === 'False';
    await until(async () => {
      taskRuns = await list('taskruns');
      return taskRuns.length === pipelineRuns.length && taskRuns.every(isSettled);
    });
    const refused = taskRuns.filter(({ status }) => !status?.podName || status.conditions?.[0]?.status === 'False');
    expect(refused.map(({ metadata, status }) => [metadata.name, status?.conditions?.[0]?.message])).toEqual([]);
  });
});

interface PodParts {
  readonly taskRunTemplate: { readonly podTemplate: object };
  readonly pipelineSpec: { readonly tasks: readonly { readonly name: string; readonly taskSpec: TaskParts }[] };
}
interface TaskParts {
  readonly volumes: readonly object[];
  readonly stepTemplate: { readonly image: string; readonly securityContext?: object };
  readonly steps: readonly {
    readonly name: string;
    readonly securityContext?: object;
    readonly computeResources: object;
  }[];
}

/** The pods of a PipelineRun as far as they are ours: without what Tekton adds. */
function podsOf({ metadata, spec }: KubernetesObject): Pick<KubernetesObject, 'metadata'>[] {
  const { taskRunTemplate, pipelineSpec } = spec as PodParts;
  return pipelineSpec.tasks.map(({ name, taskSpec }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${metadata.name}-${name}`, namespace: restricted },
    spec: {
      ...taskRunTemplate.podTemplate,
      restartPolicy: 'Never',
      volumes: taskSpec.volumes,
      containers: taskSpec.steps.map(({ name: step, securityContext, computeResources }) => ({
        name: `step-${step}`,
        image: taskSpec.stepTemplate.image,
        resources: computeResources,
        securityContext: { ...taskSpec.stepTemplate.securityContext, ...securityContext },
      })),
    },
  }));
}

describe('where a namespace demands PodSecurity "restricted"', () => {
  const needsMore = /^(user-unrestricted|user-root|root-prepare|helper-upload-as-root)/;

  it('pods are accepted, but those of profiles that ask for more', async () => {
    const helpers = manifests.filter(({ name }) => name.startsWith('helper-'));
    const pods = [
      ...pipelineRuns.flatMap((object) => podsOf(object).map((pod) => [object.metadata.name, pod] as const)),
      ...helpers.map(({ name, objects: [pod] }) => {
        return [name, { ...pod, metadata: { name, namespace: restricted } }] as const;
      }),
    ];
    const create = ['create', '--dry-run=server', '--validate=strict', '--namespace', restricted];
    const { stdout, stderr } = await kubectl(
      [...create, '--output', 'name', '--filename', '-'],
      documents(pods.map(([, pod]) => pod)),
    ).catch((error: unknown) => error as { readonly stdout: string; readonly stderr: string });
    const expected = pods.filter(([name]) => needsMore.test(name)).map(([, { metadata }]) => metadata.name);
    const refusals = stderr.trim().split('\n');
    const refused = refusals.map(
      (line) => /pods "([^"]+)" is forbidden: violates PodSecurity "restricted/.exec(line)?.[1],
    );
    expect(refused.sort(), stderr).toEqual(expected.sort());
    expect(stdout.trim().split('\n')).toHaveLength(pods.length - expected.length);
  });
});

const mistakes = mistakenRuns(namespace);

describe('mistakes that are told before they are sent', () => {
  it('are accepted by the cluster, and fail there', async () => {
    const objects = documents(Object.values(mistakes));
    // An earlier try of this test left the same.
    await kubectl(['delete', '--ignore-not-found', '--cascade=foreground', '--filename', '-'], objects);
    await kubectl(['create', '--validate=strict', '--filename', '-'], objects);
    for (const [reason, object] of Object.entries(mistakes)) {
      expect(checkPipelineRun(object)).toHaveLength(1);
      const { name } = object.metadata;
      const ofTask = reason === 'TaskRunValidationFailed';
      const failed = ofTask ? `${name}-build` : name;
      await until(async () => {
        const found = (await list(ofTask ? 'taskruns' : 'pipelineruns')).find(
          ({ metadata }) => metadata.name === failed,
        );
        return found?.status?.conditions?.[0]?.reason === reason;
      });
    }
  });

  it('are refused at once where Tekton sees them itself', async () => {
    const limits = { timeouts: { pipeline: '1h', tasks: '50m', finally: '20m' } };
    const object = mistaken(namespace, 'limits', limits, {}, {});
    expect(checkPipelineRun(object)).toHaveLength(1);
    await expect(kubectl(['create', '--dry-run=server', '--filename', '-'], documents([object]))).rejects.toThrow(
      '50m0s + 20m0s',
    );
  });
});
