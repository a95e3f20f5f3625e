/** Starts a cluster whose programs and images are built, and returns when Tekton takes PipelineRuns. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeCgroups } from './cgroups.mjs';
import { writeConfiguration } from './configuration.mjs';
import { containerdAnswers, importImages, removeImages } from './importing.mjs';
import { setUpMachine } from './machine.mjs';
import { setGpus } from './nodes.mjs';
import { alsoV1beta1, start, tektonManifest, withoutV1beta1 } from './parts.mjs';
import { makePki } from './pki.mjs';
import { makeRepositories } from './repositories.mjs';
import { execute, kubectl, waitFor } from '../tools/processes.mjs';
import { apiUrl, gpus, network, node, paths, ports, registryName, sources } from '../settings.mjs';

/** `folders` are the products of the build; `log` gets a line for each thing that is ready. */
export async function startCluster(folders, log) {
  for (const folder of [paths.state, paths.store, paths.volumes]) mkdirSync(folder, { recursive: true, mode: 0o711 });
  await refuseTakenPorts();
  await makePki();
  writeConfiguration();
  await setUpMachine();
  makeCgroups();
  start.containerd();
  start.etcd();
  start.issuer();
  start['kube-apiserver']();
  const containers = startContainers(folders.images, log);
  const apiServer = startControlPlane(log);
  await Promise.all([
    startServices(folders['registry-images'], log),
    apiServer.then(() => applyManifests(join(folders.tekton, 'tekton.yaml'), log)),
    Promise.all([containers, apiServer]).then(() => startNode(log)),
  ]);
  await tektonAnswers();
  log('Tekton takes PipelineRuns');
}

/** Something else that listens where a part of ours would: better said here than found in a log. */
async function refuseTakenPorts() {
  for (const port of [ports.etcd, ports.etcdPeer, ports.registryStorage]) {
    const server = createServer();
    const free = new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!(await free))
      throw new Error(`Port ${port} of 127.0.0.1, which the test cluster needs, is taken by another program.`);
    await new Promise((resolve) => server.close(resolve));
  }
}

async function startContainers(images, log) {
  await containerdAnswers();
  await importImages(images, log);
  // A fresh cluster pulls from the registry what an earlier one has pulled.
  await removeImages((reference) => reference.startsWith(`${registryName}/`));
}

async function startControlPlane(log) {
  await waitFor('the API server is ready', 90, isReady);
  log('API server ready');
  start['kube-controller-manager']();
  start['kube-scheduler']();
}

async function startServices(images, log) {
  await makeRepositories();
  mkdirSync(paths.files, { recursive: true });
  await makePackageIndex();
  for (const service of ['git', 'files', 'registry-storage', 'registry']) start[service]();
  await waitFor('the registry answers', 30, () => answers(`${registryStorage}/v2/`));
  await fillRegistry(images);
  const urls = ['git', 'files'].map((name) => `http://${network.nodeAddress}:${ports[name]}/`);
  await waitFor('the git and file servers answer', 30, async () =>
    (await Promise.all(urls.map(answers))).every(Boolean),
  );
  log('git, file and registry servers ready');
}

const registryStorage = `http://127.0.0.1:${ports.registryStorage}`;

/** Puts into the registry what is not there yet. */
export const fillRegistry = (images) =>
  execute(join(paths.bin, 'services'), ['push', join(images, 'images.tar'), registryStorage]);

/** An index for pip, at /files/simple/ of the file server, with one package that no image has. */
async function makePackageIndex() {
  const packageFolder = join(sources, 'fixtures/package');
  const index = join(paths.files, 'simple');
  await execute('python3', [join(sources, 'images/write_wheel.py'), packageFolder, 'tiny-package', '1.0', index]);
}

/** True when a server answers, whatever it says. */
const answers = (url) =>
  fetch(url).then(
    () => true,
    () => false,
  );

async function startNode(log) {
  for (const part of ['kubelet', 'kube-proxy', 'dns', 'local-provisioner']) start[part]();
  await kubectl(['wait', '--for=create', `node/${node}`, '--timeout=60s']);
  await setGpus(gpus);
  await kubectl(['wait', '--for=condition=Ready', `node/${node}`, '--timeout=60s']);
  log('node ready');
}

const succeedsKubectl = (...args) =>
  kubectl(args).then(
    () => true,
    () => false,
  );

/** True when the API server of this cluster says that it is ready. */
export function isReady() {
  const authority = join(paths.pki, 'ca.crt');
  if (!existsSync(authority)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const options = { ca: readFileSync(authority), agent: false, timeout: 5000 };
    const request = get(`${apiUrl}/readyz`, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/**
 * Storage classes, namespaces and Tekton. On a kept state they are there, and Tekton's own webhook, which does not run
 * yet, would refuse its ConfigMaps; but the leases of the killed controllers would hold the new ones up for a minute.
 */
async function applyManifests(tekton, log) {
  if (await succeedsKubectl('get', 'namespace', 'tekton-pipelines')) {
    await kubectl(['-n', 'tekton-pipelines', 'delete', 'lease', '--all']);
    return;
  }
  await kubectl(['apply', '--server-side', '-f', join(sources, 'manifests/base.yaml')]);
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: tektonManifest(tekton) });
  for (const kind of alsoV1beta1) {
    await kubectl(['patch', 'crd', `${kind}.tekton.dev`, '--type=json', '-p', withoutV1beta1]);
  }
  log('manifests applied');
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
  await kubectl(['-n', 'team-a', 'wait', '--for=create', 'serviceaccount/default', '--timeout=60s']);
}

/**
 * What a cluster was started from: two with the same value are alike. Images are left out, because a cluster that runs
 * takes new ones.
 */
export function recipeOf(folders) {
  const hash = createHash('sha256');
  for (const part of ['node', 'dns', 'services', 'tekton', 'registry']) hash.update(folders[part]);
  const files = ['conf', 'manifests'].flatMap((name) =>
    readdirSync(join(sources, name)).map((file) => `${name}/${file}`),
  );
  const modules = ['pki', 'parts', 'configuration', 'repositories'].map((name) => `run/${name}.mjs`);
  for (const file of [...files, ...modules, 'settings.mjs'].sort())
    hash.update(file).update(readFileSync(join(sources, file)));
  return hash.digest('hex');
}
