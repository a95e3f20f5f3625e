/** Stops the cluster, and takes away all that it made outside its folder; also what one that was killed has left. */
import { existsSync, readFileSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroups } from './cgroups.mjs';
import { daemonPid, knownDaemons, startTime, stopDaemon } from '../tools/daemons.mjs';
import { restoreMachine } from './machine.mjs';
import { ctr, execute, pause, succeeds } from '../tools/processes.mjs';
import { cgroup, network, paths } from '../settings.mjs';

const containerResults = '/var/lib/cni/results';
/** Stopped last, and in this order. */
const foundations = ['containerd', 'kube-apiserver', 'etcd'];

export async function stopCluster(log) {
  const others = knownDaemons().filter((name) => !foundations.includes(name));
  await Promise.all(others.map((name) => stopDaemon(name)));
  log('node and controllers stopped');
  if (daemonPid('containerd') !== undefined) await removeContainers();
  // A graceful stop of the API server takes ten seconds, and nobody is left to be graceful to.
  await Promise.all([stopDaemon('containerd'), stopDaemon('kube-apiserver', 1)]);
  await stopDaemon('etcd');
  log('containers and control plane stopped');
  await endShims();
  await removeCgroups();
  await removeNetworkNamespaces();
  await unmountAll();
  if (existsSync(join(paths.bin, 'kube-proxy'))) await succeeds(join(paths.bin, 'kube-proxy'), ['--cleanup']);
  await restoreMachine();
  removeRuntimeFiles();
  removeTraces();
}

/** True when something of a cluster is there, whether it works or not. */
export function leavesTraces() {
  return (
    knownDaemons().length > 0 ||
    existsSync(paths.savedSettings) ||
    existsSync(join('/sys/class/net', network.bridge)) ||
    mountsBelow(paths.state).length > 0
  );
}

async function removeContainers() {
  const list = async (kind) => (await ctr(kind, 'ls', '-q')).split('\n').filter(Boolean);
  const all = async (kind, ...args) => {
    // One that has ended by itself in the meantime is fine; what is left is seen below.
    await Promise.all((await list(kind)).map((id) => ctr(...args, id).catch(() => undefined)));
  };
  await all('task', 'task', 'kill', '-s', 'SIGKILL');
  for (let turns = 0; turns < 20 && (await list('task')).length > 0; turns += 1) {
    await pause(100);
    await all('task', 'task', 'rm', '-f');
  }
  await all('container', 'container', 'rm');
}

/** Shims outlive a containerd that was killed. They are ours when they name our socket. */
async function endShims() {
  const shims = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const command = commandLine(pid);
      return /containerd-shim/.test(command[0] ?? '') && command.includes(paths.containerdSocket);
    });
  for (const pid of shims) process.kill(Number(pid), 'SIGKILL');
  while (shims.some((pid) => startTime(pid) !== undefined)) await pause(20);
}

/** What runc and the shims of a killed containerd leave in /run: they are ours when they name our state. */
function removeRuntimeFiles() {
  const containers = '/run/containerd/runc/k8s.io';
  for (const id of listed(containers)) {
    const state = join(containers, id, 'state.json');
    if (existsSync(state) && readFileSync(state, 'utf8').includes(paths.state)) {
      rmSync(join(containers, id), { recursive: true });
    }
  }
  const tasks = join(paths.state, 'containerd/io.containerd.runtime.v2.task/k8s.io');
  for (const address of listed(tasks).map((id) => join(tasks, id, 'address'))) {
    if (existsSync(address)) rmSync(readFileSync(address, 'utf8').replace('unix://', ''), { force: true });
  }
}

const listed = (folder) => (existsSync(folder) ? readdirSync(folder) : []);

function commandLine(pid) {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The network plugins keep for every pod what they made: there are the names of its namespaces. */
async function removeNetworkNamespaces() {
  const results = listed(containerResults);
  const pods = results
    .filter((name) => name.startsWith(`${cgroup}-`) && name.endsWith('-eth0'))
    .map((name) => name.slice(cgroup.length + 1, -'-eth0'.length));
  for (const name of results.filter((file) => pods.some((pod) => file.includes(pod)))) {
    const file = join(containerResults, name);
    const { result } = JSON.parse(readFileSync(file, 'utf8'));
    for (const { sandbox } of result?.interfaces ?? []) {
      if (sandbox === undefined || sandbox === '') continue;
      await succeeds('umount', ['-l', sandbox]);
      rmSync(sandbox, { force: true });
    }
    rmSync(file, { force: true });
  }
}

function mountsBelow(folder) {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1]?.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))))
    .filter((path) => path?.startsWith(`${folder}/`));
}

/** Volumes, root file systems and shared memory of pods, the deepest first. */
async function unmountAll() {
  const mounts = [...mountsBelow(paths.state), ...mountsBelow(paths.store)].sort().reverse();
  for (const path of mounts) await execute('umount', ['-l', path]);
}

function removeTraces() {
  rmSync(join(paths.state, 'addresses', cgroup), { recursive: true, force: true });
  rmSync('/var/lib/kubelet/device-plugins/kubelet.sock', { force: true });
  const links = '/var/log/containers';
  for (const name of listed(links)) {
    if (readlinkSync(join(links, name)).startsWith(paths.state)) rmSync(join(links, name));
  }
  for (const folder of [links, '/var/lib/cni', '/run/containerd', '/var/lib/kubelet', '/run/netns']) {
    removeEmptyFolders(folder);
  }
}

function removeEmptyFolders(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
