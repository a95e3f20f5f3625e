/** Writes the configuration files of the cluster's parts into its state: `conf` with the placeholders filled in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cgroup, issuerUrl, network, node, oidcAudience, paths, sources } from './settings.mjs';

const targets = {
  Corefile: 'Corefile',
  'audit-policy.yaml': 'audit-policy.yaml',
  'authentication.yaml': 'authentication.yaml',
  'containerd.toml': 'containerd.toml',
  'kube-proxy.yaml': 'kube-proxy.yaml',
  'kubelet.yaml': 'kubelet.yaml',
  'network.conflist': 'cni/10-network.conflist',
  'no-registry.toml': 'registries/_default/hosts.toml',
};

export function writeConfiguration() {
  const values = {
    AUDIENCE: oidcAudience,
    BRIDGE: network.bridge,
    CA_PEM: readFileSync(join(paths.pki, 'ca.crt'), 'utf8').trim(),
    CGROUP: cgroup,
    CONTAINERD_SOCKET: paths.containerdSocket,
    FIRST_POD: network.firstPod,
    ISSUER: issuerUrl,
    LAST_POD: network.lastPod,
    NODE: node,
    NODE_ADDRESS: network.nodeAddress,
    PKI: paths.pki,
    POD_RANGE: network.podRange,
    SERVICE_RANGE: network.serviceRange,
    STATE: paths.state,
    STORE: paths.store,
  };
  for (const [name, target] of Object.entries(targets)) {
    const file = join(paths.state, target);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, filledIn(readFileSync(join(sources, 'conf', name), 'utf8'), values));
  }
  // No name server of the machine's for pods.
  writeFileSync(join(paths.state, 'resolv.conf'), '');
}

/** A value of several lines keeps the indentation of the line that it stands in. */
function filledIn(text, values) {
  return text.replaceAll(/^( *)(.*?)$/gm, (_, indentation, line) =>
    (indentation + line).replaceAll(/@([A-Z_]+)@/g, (_placeholder, name) => {
      if (values[name] === undefined) throw new Error(`There is no value for ${name}`);
      return values[name].replaceAll('\n', `\n${indentation}`);
    }),
  );
}
