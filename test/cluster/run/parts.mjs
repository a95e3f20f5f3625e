/** The command line of every process of the cluster. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '../tools/daemons.mjs';
import { kubeconfigOf } from './pki.mjs';
import { issuerUrl, login, network, node, paths, ports } from '../settings.mjs';

const inState = (name) => join(paths.state, name);
const inPki = (name) => join(paths.pki, name);
const etcdUrl = `http://127.0.0.1:${ports.etcd}`;
const etcdPeerUrl = `http://127.0.0.1:${ports.etcdPeer}`;

/** `{flag: value}` as `--flag=value`. */
const flags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/**
 * Memory is there, processors are not: by default a fifth of the API server's time goes into collecting garbage. Yet large objects that
 * change again and again, as some of Tekton's examples have, let it take 15 GB.
 */
const rarelyCollecting = { env: { GOGC: '400', GOMEMLIMIT: '6GiB' } };

const program = (name, values) => startDaemon(name, join(paths.bin, name), flags(values), rarelyCollecting);

/** Settings come in a file, for there are passwords in them. */
function service(name, settings) {
  const file = inState(`${name}.json`);
  writeFileSync(file, JSON.stringify({ listen: `${network.nodeAddress}:${ports[name]}`, ...settings }), {
    mode: 0o600,
  });
  startDaemon(name, join(paths.bin, 'services'), [name, file]);
}

export const start = {
  containerd: () => startDaemon('containerd', 'containerd', ['--config', inState('containerd.toml')], rarelyCollecting),

  etcd: () =>
    program('etcd', {
      name: node,
      'data-dir': inState('etcd'),
      'listen-client-urls': etcdUrl,
      'advertise-client-urls': etcdUrl,
      'listen-peer-urls': etcdPeerUrl,
      'initial-advertise-peer-urls': etcdPeerUrl,
      'initial-cluster': `${node}=${etcdPeerUrl}`,
      // It need not survive a loss of power.
      'unsafe-no-fsync': true,
      'log-level': 'warn',
    }),

  issuer: () =>
    service('issuer', {
      certificate: inPki('issuer.crt'),
      key: inPki('issuer.key'),
      issuer: issuerUrl,
      signingKey: inPki('tokens.key'),
    }),

  git: () => service('git', { folder: paths.repositories, ...login }),

  files: () => service('files', { folder: paths.files, ...login }),

  'registry-storage': () =>
    startDaemon('registry-storage', join(paths.bin, 'docker-registry'), ['serve', inState('registry-storage.yaml')]),

  registry: () => service('registry', { backend: `http://127.0.0.1:${ports.registryStorage}`, ...login }),

  'kube-apiserver': () =>
    program('kube-apiserver', {
      'etcd-servers': etcdUrl,
      'advertise-address': network.nodeAddress,
      'bind-address': network.nodeAddress,
      'secure-port': ports.api,
      'service-cluster-ip-range': network.serviceRange,
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'allow-privileged': true,
      'client-ca-file': inPki('ca.crt'),
      'tls-cert-file': inPki('apiserver.crt'),
      'tls-private-key-file': inPki('apiserver.key'),
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': inPki('service-accounts.pub'),
      'service-account-signing-key-file': inPki('service-accounts.key'),
      'kubelet-client-certificate': inPki('apiserver-kubelet.crt'),
      'kubelet-client-key': inPki('apiserver-kubelet.key'),
      'kubelet-certificate-authority': inPki('ca.crt'),
      'kubelet-preferred-address-types': 'InternalIP',
      'authentication-config': inState('authentication.yaml'),
      'audit-policy-file': inState('audit-policy.yaml'),
      'audit-log-path': paths.auditLog,
      'audit-log-maxsize': 500,
      'audit-log-maxbackup': 1,
    }),

  'kube-controller-manager': () =>
    program('kube-controller-manager', {
      kubeconfig: kubeconfigOf('kube-controller-manager'),
      'bind-address': '127.0.0.1',
      'leader-elect': false,
      'service-account-private-key-file': inPki('service-accounts.key'),
      'root-ca-file': inPki('ca.crt'),
      'cluster-signing-cert-file': inPki('ca.crt'),
      'cluster-signing-key-file': inPki('ca.key'),
      'use-service-account-credentials': true,
      // Nodes without machines stay what a test says they are: nobody reports for them.
      'node-monitor-grace-period': '24h',
    }),

  'kube-scheduler': () =>
    program('kube-scheduler', {
      kubeconfig: kubeconfigOf('kube-scheduler'),
      'bind-address': '127.0.0.1',
      'leader-elect': false,
    }),

  kubelet: () =>
    program('kubelet', {
      config: inState('kubelet.yaml'),
      kubeconfig: kubeconfigOf('kubelet'),
      'root-dir': inState('kubelet'),
      'cert-dir': inState('kubelet-pki'),
      'hostname-override': node,
      'node-ip': network.nodeAddress,
    }),

  'kube-proxy': () => program('kube-proxy', { config: inState('kube-proxy.yaml'), 'hostname-override': node }),

  dns: () => startDaemon('dns', join(paths.bin, 'dns'), ['-conf', inState('Corefile')]),

  'local-provisioner': () =>
    program('local-provisioner', {
      kubeconfig: kubeconfigOf('local-provisioner'),
      folder: paths.volumes,
      node,
    }),
};

/**
 * Tekton's manifest. With heaps as small as theirs its programs would collect garbage several times a second. There is one of each, yet
 * for those that might be beside it they would renew eight leases every ten seconds: half of what the API server of an idle cluster is asked.
 * Its webhook sets defaults and checks what people write; the controller's own status it would read twice a change to
 * say nothing.
 */
export const tektonManifest = (file) =>
  readFileSync(file, 'utf8')
    .replaceAll(/^( *)- name: SYSTEM_NAMESPACE$/gm, "$1- name: GOGC\n$1  value: '400'\n$&")
    .replace('"-entrypoint-image", ', '"-disable-ha", $&')
    .replace(
      /^ {2}name: config-leader-election-webhook$[^]*?^data:$/m,
      '$&\n  lease-duration: 1h\n  renew-deadline: 50m\n  retry-period: 20m',
    )
    .replaceAll(
      /^ {2}sideEffects: None\n(?= {2}name: (?:validation\.)?webhook\.pipeline\.tekton\.dev$)/gm,
      `$&  matchConditions: [{ name: no-status, expression: '!has(request.subResource)' }]\n`,
    );

/**
 * Kinds that Tekton also has as v1beta1. Nothing here speaks that, yet the API server would have each change of them converted by Tekton's
 * webhook: a third of all that the webhook is asked, and a twentieth of the API server's time.
 */
export const alsoV1beta1 = ['pipelines', 'pipelineruns', 'tasks', 'taskruns'];
export const withoutV1beta1 = JSON.stringify([
  { op: 'test', path: '/spec/versions/0/name', value: 'v1beta1' },
  { op: 'remove', path: '/spec/versions/0' },
]);
