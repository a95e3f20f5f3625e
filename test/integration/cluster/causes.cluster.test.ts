import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPretendNode, kubectl, removePretendNode } from '../../cluster/cluster.mjs';
import { json, notebook, type Ended } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

const suffix = randomBytes(3).toString('hex');
/** A node without a machine. It is tainted, as a node that another team has for itself. */
const tainted = `tainted-${suffix}`;
/** Admission rules of a cluster; they look at this file's spaces alone. */
const policies = ['validatingadmissionpolicy', 'validatingadmissionpolicybinding'].map(
  (kind) => `${kind}/owner-${suffix}`,
);

let ada: ClusterMachine;
/** A space in which there is room for no pod. */
let full: ClusterMachine;
/** Runs of this space go as a user who may not write on their volume: nobody hands it over. */
let ungrouped: ClusterMachine;
/** Nothing of this space's runs may be root, and no user is named for them. */
let rootless: ClusterMachine;

beforeAll(async () => {
  const securityContext = { runAsUser: 1001, runAsGroup: 1001 };
  [ada, full, ungrouped, rootless] = await Promise.all([
    ClusterMachine.create('causes'),
    ClusterMachine.create('causes-full'),
    ClusterMachine.create('causes-denied', { securityContext }),
    ClusterMachine.create('causes-rootless', { restricted: true, securityContext: {} }),
  ]);
  await addPretendNode(tainted);
  for (const object of ownersRule(ada.namespace))
    await kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  await ada.kubectl('create', 'secret', 'generic', `half-${suffix}`, '--from-literal=user=ada');
  const hard = { pods: '0' };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard } };
  await kubectl(['apply', '-n', full.namespace, '-f', '-'], { input: JSON.stringify(quota) });
  await full.until('the quota counts', async () =>
    (await full.field('quota/few', '.status.hard.pods')) === '0' ? true : undefined,
  );
});

afterAll(async () => {
  await Promise.all([ada, full, ungrouped, rootless].map((machine) => machine.dispose()));
  await removePretendNode(tainted);
  await kubectl(['delete', '--ignore-not-found', '--wait=false', ...policies]);
});

/** What a cluster's administrator may ask of every pod: here of those whose run has the label `owned`. */
const ownersRule = (namespace: string) => [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: `owner-${suffix}` },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchExpressions: [{ key: 'owned', operator: 'Exists' }] },
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      },
      validations: [{ expression: "object.metadata.labels.owned != 'nobody'", message: 'every pod has an owner' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: `owner-${suffix}` },
    spec: { policyName: `owner-${suffix}`, validationActions: ['Deny'] },
  },
];

interface Asked {
  readonly labels?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, number>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** The class of a claim that is made for the run. */
  readonly storageClassName?: string;
  /** More of its step. */
  readonly step?: Readonly<Record<string, unknown>>;
}

/** Somebody's own run, which waits for what it asks for half a minute and no longer. */
async function bareRun(at: ClusterMachine, name: string, asked: Asked): Promise<string> {
  const { labels, limits, nodeSelector, storageClassName } = asked;
  const step = {
    name: 'work',
    image: 'testbed.local/busybox:1',
    command: ['true'],
    computeResources: { limits },
    ...asked.step,
  };
  const claimSpec = { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } };
  const hasClaim = storageClassName !== undefined;
  const workspaces = hasClaim ? [{ name: 'data' }] : [];
  const manifest = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name, labels },
    spec: {
      timeouts: { pipeline: '30s' },
      taskRunTemplate: { podTemplate: { nodeSelector } },
      workspaces: hasClaim ? [{ name: 'data', volumeClaimTemplate: { spec: claimSpec } }] : [],
      pipelineSpec: { workspaces, tasks: [{ name: 'work', workspaces, taskSpec: { workspaces, steps: [step] } }] },
    },
  };
  return at.machine.write(`${name}.yaml`, JSON.stringify(manifest));
}

const slow = { command: ['sleep', '1000'] };

function expectsCause(ended: Ended, id: string, cause: RegExp): void {
  const { diagnosis } = json(ended);
  expect(diagnosis?.cause, ended.stdout + ended.stderr).toMatch(cause);
  expect(diagnosis?.id).toBe(id);
  expect(diagnosis?.fixes).not.toEqual([]);
}

const places: readonly (readonly [what: string, at: () => ClusterMachine, Asked, waits: RegExp, id: string, RegExp])[] =
  [
    [
      'more GPUs than nodes have',
      () => ada,
      { limits: { 'nvidia.com/gpu': 3 } },
      /waiting does not help: it asks for 3 GPUs/,
      'gpuExhausted',
      /GPUs \(nvidia\.com\/gpu\)/,
    ],
    [
      'a node that others have for themselves',
      () => ada,
      { nodeSelector: { 'kubernetes.io/hostname': tainted } },
      /tainted testbed\.local\/no-machine/,
      'untoleratedTaint',
      /does not tolerate their taints/,
    ],
    [
      'a volume of a storage class that is not there',
      () => ada,
      { storageClassName: 'nowhere' },
      /no volume: there is no storage class nowhere/,
      'claimUnbound',
      /volume claim of the run got no volume/,
    ],
    ['a pod more than the quota', () => full, {}, /quota few/, 'quotaExceeded', /The quota few.*pods=0 of pods=0/],
  ];

describe.concurrent('a run whose time is over names what it waited for, or that it was too slow', () => {
  it.each(places)('%s', async (what, at, asked, waits, id, cause) => {
    const name = `${id.toLowerCase()}-${randomBytes(2).toString('hex')}`;
    const file = await bareRun(at(), name, asked);
    const following = at().typed(['run', '--bare', file, '-o', 'json']);
    const why = (...more: string[]) => at().typed(['why', name, ...more]);
    await at().until(`${what}: why it waits`, async () => (waits.test((await why()).stdout) ? true : undefined));
    const ended = await following;
    expect(json(ended).state, ended.stdout).toBe('timedOut');
    expectsCause(ended, id, cause);
    // Whoever looks later is told the same, although its pod is gone.
    expectsCause(await why('-o', 'json'), id, cause);
  });

  it('not waiting at all', async () => {
    const name = `slow-${randomBytes(2).toString('hex')}`;
    const ended = await ada.typed(['run', '--bare', await bareRun(ada, name, { step: slow }), '-o', 'json']);
    expect(json(ended).state, ended.stdout).toBe('timedOut');
    expectsCause(ended, 'runTimeout', /^The time limit of the run, 30s, was reached/);
  });
});

/** What keeps a container from being made. A run of ours is refused before, where that can be seen. */
const containers: readonly (readonly [what: string, step: NonNullable<Asked['step']>, id: string, RegExp])[] = [
  [
    'a Secret that is not there, or no longer',
    { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'not-there', key: 'token' } } }] },
    'missingSecret',
    /^The secret "not-there", which the run needs, is not there$/,
  ],
  [
    'a Secret without the key',
    { env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: `half-${suffix}`, key: 'token' } } }] },
    'missingSecret',
    new RegExp(`^Secret "half-${suffix}" has no key "token"$`),
  ],
  [
    'an image that runs as root where nothing may',
    { securityContext: { runAsNonRoot: true } },
    'imageRunsAsRoot',
    /^The image runs as root, which the security context of the run forbids$/,
  ],
];

describe.concurrent('a run whose container cannot be made names why', () => {
  it.each(containers)('%s', async (_, step, id, cause) => {
    const name = `${id.toLowerCase()}-${randomBytes(2).toString('hex')}`;
    const file = await bareRun(ada, name, { step });
    expectsCause(await ada.typed(['run', '--bare', file, '-o', 'json']), id, cause);
    expectsCause(await ada.typed(['why', name, '-o', 'json']), id, cause);
  });

  it('and, where it is ours, its pod is taken away: it would keep its place, and begin after all', async () => {
    const image = ['--image', 'testbed.local/busybox:1'];
    const ended = await rootless.typed(['run', '--no-preflight', ...image, '-o', 'json', '--', 'true']);
    expectsCause(ended, 'imageRunsAsRoot', /^The image runs as root/);
    await rootless.until('its pod has gone', async () => {
      const pods = await rootless.names(['pod'], 'tekton.dev/pipelineRun');
      return pods.length === 0 ? true : undefined;
    });
    expect(await rootless.names(['pipelinerun'])).toContain(`pipelinerun/${json(ended).run}`);
  });
});

describe.concurrent('a run that is refused, or cannot begin, names why', () => {
  it('an admission rule of the cluster', async () => {
    const file = await bareRun(ada, `owned-${randomBytes(2).toString('hex')}`, { labels: { owned: 'nobody' } });
    const ended = await ada.typed(['run', '--bare', file, '-o', 'json']);
    expectsCause(ended, 'admissionRefused', /rule owner-\w+ refuses the run: every pod has an owner$/);
  });

  it('a volume that belongs to somebody else', async () => {
    const ended = await ungrouped.typed(['run', '--no-preflight', '-o', 'json', '--', 'true']);
    expectsCause(ended, 'volumeDenied', /volume may not be written/);
  });

  it('a package that the image does not have', async () => {
    await ada.machine.write('m.ipynb', notebook(['import sklearn_intelex_of_nobody']));
    const ended = await ada.typed(['run', 'm.ipynb', '-o', 'json']);
    expectsCause(ended, 'missingPackage', /sklearn_intelex_of_nobody is not installed; cell 1 imports it$/);
  });

  it('a kernel that the image does not have', async () => {
    const kernelspec = { name: 'julia-1.9', display_name: 'Julia', language: 'julia' };
    await ada.machine.write('j.ipynb', notebook(['1'], { kernelspec }));
    const ended = await ada.typed(['run', 'j.ipynb', '-o', 'json']);
    expectsCause(ended, 'missingKernel', /julia-1\.9/);
  });
});
