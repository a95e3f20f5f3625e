/** Writes the configuration files of the cluster's parts into its state: `conf` with the placeholders filled in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cgroup, issuerUrl, network, node, oidcAudience, paths, ports, registryName, sources } from '../settings.mjs';

const targets = {
  Corefile: 'Corefile',
  'audit-policy.yaml': 'audit-policy.yaml',
  'authentication.yaml': 'authentication.yaml',
  'containerd.toml': 'containerd.toml',
  'kube-proxy.yaml': 'kube-proxy.yaml',
  'kubelet.yaml': 'kubelet.yaml',
  'network.conflist': 'cni/10-network.conflist',
  'no-registry.toml': 'registries/_default/hosts.toml',
  'registry.toml': `registries/${registryName}/hosts.toml`,
  'registry-storage.yaml': 'registry-storage.yaml',
};

const values = {
  AUDIENCE: oidcAudience,
  BRIDGE: network.bridge,
  CGROUP: cgroup,
  CONTAINERD_SOCKET: paths.containerdSocket,
  FIRST_POD: network.firstPod,
  ISSUER: issuerUrl,
  LAST_POD: network.lastPod,
  NODE: node,
  NODE_ADDRESS: network.nodeAddress,
  PKI: paths.pki,
  POD_RANGE: network.podRange,
  REGISTRY: `http://${network.nodeAddress}:${ports.registry}`,
  REGISTRY_STORAGE: `127.0.0.1:${ports.registryStorage}`,
  SERVICE_RANGE: network.serviceRange,
  STATE: paths.state,
  STORE: paths.store,
};

export function writeConfiguration() {
  const authority = readFileSync(join(paths.pki, 'ca.crt'), 'utf8').trim();
  for (const name of Object.keys(targets)) write(name, { ...values, CA_PEM: authority });
  // No name server of the machine's for pods.
  writeFileSync(join(paths.state, 'resolv.conf'), '');
}

/** What containerd needs to take images, before there is a cluster. */
export const writeContainerdConfiguration = () => write('containerd.toml', values);

function write(name, known) {
  const file = join(paths.state, targets[name]);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, filledIn(readFileSync(join(sources, 'conf', name), 'utf8'), known));
}

/** A value of several lines keeps the indentation of the line that it stands in. */
function filledIn(text, known) {
  return text.replaceAll(/^( *)(.*?)$/gm, (_, indentation, line) =>
    (indentation + line).replaceAll(/@([A-Z_]+)@/g, (_placeholder, name) => {
      if (known[name] === undefined) throw new Error(`There is no value for ${name}`);
      return known[name].replaceAll('\n', `\n${indentation}`);
    }),
  );
}
