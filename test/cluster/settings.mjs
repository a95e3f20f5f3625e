/**
 * What the test cluster is called, where it lies and which versions it is made of. Everything that it makes lies in one
 * cache folder outside the checkout, so that every checkout on the machine shares one build and one cluster.
 */
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the sources: this one. */
export const sources = dirname(fileURLToPath(import.meta.url));

export const versions = { kubernetes: 'v1.34.4', tekton: 'v1.15.0' };

const absolute = (path) => (path !== undefined && isAbsolute(path) ? path : undefined);

export const cache = join(absolute(process.env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'slipway-test-cluster');
const state = join(cache, 'run');

export const paths = {
  /** Products of the build, one folder a part and recipe. */
  built: join(cache, 'built'),
  /** Names that stay: `kubectl`, and every part that runs. */
  bin: join(cache, 'bin'),
  /** containerd's images. */
  store: join(cache, 'store'),
  /** The state of one cluster: etcd, volumes, keys, logs. Gone after a reset. */
  state,
  kubeconfig: join(state, 'kubeconfig'),
  pki: join(state, 'pki'),
  logs: join(state, 'log'),
  pids: join(state, 'pids'),
  volumes: join(state, 'volumes'),
  auditLog: join(state, 'audit.log'),
  /** What the git and file servers serve. */
  repositories: join(state, 'repositories'),
  files: join(state, 'files'),
  containerdSocket: join(state, 'containerd.sock'),
  /** Kernel settings as they were before the cluster changed them. Outside `run`, because a reset must not lose them. */
  savedSettings: join(cache, 'kernel-settings.json'),
};

/** The node's address is on the pods' own bridge, so that nothing uses another interface of the machine. */
export const network = {
  bridge: 'slipway-test0',
  nodeAddress: '10.200.0.1',
  podRange: '10.200.0.0/24',
  firstPod: '10.200.0.10',
  lastPod: '10.200.0.250',
  serviceRange: '10.201.0.0/24',
  apiService: '10.201.0.1',
};

export const ports = {
  api: 6443,
  etcd: 12379,
  etcdPeer: 12380,
  issuer: 9443,
  git: 8081,
  files: 8082,
  registry: 5000,
  registryStorage: 5001,
};

export const node = 'node-1';
export const cgroup = 'slipway-test';
export const apiUrl = `https://${network.nodeAddress}:${ports.api}`;
export const issuerUrl = `https://${network.nodeAddress}:${ports.issuer}`;
export const oidcAudience = 'slipway-test';

/** What opens the private parts of the git, file and registry servers. Not a secret: nothing else is behind it. */
export const login = { user: 'reader', password: 'open-sesame' };

/** The name that images of the registry have; it is not asked for, containerd is told where it is. */
export const registryName = 'registry.testbed.local';

/** Pretend GPUs of the node, unless a test sets another number. */
export const gpus = 2;
