/** Starts a cluster whose programs and images are built, and returns when Tekton takes PipelineRuns. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeCgroups } from './cgroups.mjs';
import { writeConfiguration } from './configuration.mjs';
import { setUpMachine } from './machine.mjs';
import { setGpus } from './nodes.mjs';
import { start } from './parts.mjs';
import { makePki } from './pki.mjs';
import { ctr, kubectl, succeeds, waitFor } from './processes.mjs';
import { gpus, node, paths, sources } from './settings.mjs';

/** `folders` are the products of the build; `log` gets a line for each thing that is ready. */
export async function startCluster(folders, log) {
  for (const folder of [paths.state, paths.store, paths.volumes]) mkdirSync(folder, { recursive: true, mode: 0o711 });
  await makePki();
  writeConfiguration();
  await setUpMachine();
  makeCgroups();
  start.containerd();
  start.etcd();
  start.issuer();
  start['kube-apiserver']();
  await Promise.all([startImages(folders.images, log), startControlPlane(folders.tekton, log)]);
  await startNode(log);
  await tektonAnswers();
  log('Tekton takes PipelineRuns');
}

async function startImages(folder, log) {
  await waitFor('containerd answers', 60, () => succeeds('ctr', ['-a', paths.containerdSocket, 'version']));
  for (const archive of readdirSync(folder)) {
    const stamp = join(paths.store, 'imported', archive);
    const version = basename(folder);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) continue;
    await ctr('images', 'import', join(folder, archive));
    mkdirSync(join(paths.store, 'imported'), { recursive: true });
    writeFileSync(stamp, version);
    log(`imported the images of ${archive}`);
  }
  log('images in place');
}

async function startControlPlane(tekton, log) {
  await waitFor('the API server is ready', 90, () => isReady());
  log('API server ready');
  start['kube-controller-manager']();
  start['kube-scheduler']();
  await applyManifests(join(tekton, 'tekton.yaml'));
  log('manifests applied');
}

async function startNode(log) {
  for (const part of ['kubelet', 'kube-proxy', 'dns', 'local-provisioner']) start[part]();
  await waitFor('the node is registered', 60, () => succeedsKubectl('get', 'node', node));
  await setGpus(gpus);
  await kubectl(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=60s']);
  log('node ready');
}

const succeedsKubectl = (...args) =>
  kubectl(args).then(
    () => true,
    () => false,
  );

export const isReady = () => existsSync(paths.kubeconfig) && succeedsKubectl('get', '--raw', '/readyz');

/**
 * Storage classes, namespaces and Tekton. On a kept state they are there, and Tekton's own webhook, which does not run
 * yet, would refuse its ConfigMaps; but the leases of the killed controllers would hold the new ones up for a minute.
 */
async function applyManifests(tekton) {
  if (await succeedsKubectl('get', 'namespace', 'tekton-pipelines')) {
    await kubectl(['-n', 'tekton-pipelines', 'delete', 'lease', '--all']);
    return;
  }
  await kubectl(['apply', '--server-side', '-f', join(sources, 'manifests/base.yaml')]);
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', tekton]);
}

/** Ready means that the admission webhook answers, and not only that a status (perhaps an old one) says so. */
async function tektonAnswers() {
  const probe = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'probe', namespace: 'team-a' },
    spec: { taskSpec: { steps: [{ name: 'step', image: 'none', script: 'true' }] } },
  };
  const create = () => kubectl(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(probe) });
  await waitFor('the webhook of Tekton answers', 120, () =>
    create().then(
      () => true,
      () => false,
    ),
  );
  await kubectl(['-n', 'tekton-pipelines', 'rollout', 'status', 'deployment', '--timeout=120s']);
  await waitFor('service accounts', 30, () => succeedsKubectl('-n', 'team-a', 'get', 'serviceaccount', 'default'));
}

/** What a cluster was started from: two with the same value are alike. */
export function recipeOf(folders) {
  const hash = createHash('sha256').update(JSON.stringify(folders));
  const files = ['conf', 'manifests'].flatMap((name) =>
    readdirSync(join(sources, name)).map((file) => `${name}/${file}`),
  );
  const modules = ['settings.mjs', 'pki.mjs', 'parts.mjs', 'configuration.mjs'];
  for (const file of [...files, ...modules].sort()) hash.update(file).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}
