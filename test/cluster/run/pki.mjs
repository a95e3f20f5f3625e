/** The cluster's certificate authority, certificates and kubeconfigs, by openssl. Keys are readable by root alone. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { apiUrl, network, node, paths } from '../settings.mjs';

const inPki = (name) => join(paths.pki, name);
const openssl = (args, options) => execute('openssl', args, { cwd: paths.pki, ...options });

/** Certificates by file name: the subject, and the names that a server answers to. */
const serverCertificates = {
  apiserver: {
    subject: '/CN=kube-apiserver',
    names: [
      `IP:${network.nodeAddress}`,
      'IP:127.0.0.1',
      `IP:${network.apiService}`,
      'DNS:localhost',
      ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'].map(
        (name) => `DNS:${name}`,
      ),
    ],
  },
  'kubelet-serving': { subject: `/CN=${node}`, names: [`IP:${network.nodeAddress}`, `DNS:${node}`] },
  issuer: { subject: '/CN=issuer', names: [`IP:${network.nodeAddress}`, 'DNS:issuer.testbed.local'] },
};

/** Who calls the API server, by the name of the certificate and kubeconfig: the subject. */
const clients = {
  admin: '/O=system:masters/CN=admin',
  kubelet: `/O=system:nodes/CN=system:node:${node}`,
  'kube-controller-manager': '/CN=system:kube-controller-manager',
  'kube-scheduler': '/CN=system:kube-scheduler',
  'kube-proxy': '/CN=system:kube-proxy',
  dns: '/O=system:masters/CN=system:dns',
  'local-provisioner': '/O=system:masters/CN=system:local-provisioner',
};

/** Makes everything once for a cluster's state; done again, it changes nothing. */
export async function makePki() {
  const done = inPki('complete');
  if (existsSync(done)) return;
  rmSync(paths.pki, { recursive: true, force: true });
  mkdirSync(paths.pki, { recursive: true, mode: 0o700 });
  await makeAuthority();
  await Promise.all([
    ...Object.entries(serverCertificates).map(([name, { subject, names }]) =>
      makeCertificate(name, subject, `extendedKeyUsage=serverAuth\nsubjectAltName=${names.join(',')}\n`),
    ),
    // How the API server calls the kubelet.
    makeCertificate('apiserver-kubelet', '/O=system:masters/CN=apiserver-kubelet', 'extendedKeyUsage=clientAuth\n'),
    ...Object.entries(clients).map(async ([name, subject]) => {
      await makeCertificate(name, subject, 'extendedKeyUsage=clientAuth\n');
      writeKubeconfig(name);
    }),
    makeSigningKey('service-accounts'),
    makeSigningKey('tokens'),
  ]);
  writeFileSync(done, '');
}

async function makeAuthority() {
  await makeKey('ca');
  const uses = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
  const extensions = uses.flatMap((use) => ['-addext', use]);
  const request = ['req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=slipway-test-ca', '-days', '3650'];
  await openssl([...request, '-out', 'ca.crt', ...extensions]);
}

async function makeCertificate(name, subject, extensions) {
  await makeKey(name);
  const request = await openssl(['req', '-new', '-key', `${name}.key`, '-subj', subject]);
  const extensionFile = inPki(`${name}.extensions`);
  writeFileSync(extensionFile, extensions);
  // Serial numbers are random: certificates are made side by side, and the default is a counter in a file.
  const serial = `0x${(await openssl(['rand', '-hex', '16'])).trim().replace(/^./, '1')}`;
  const sign = ['x509', '-req', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', serial, '-days', '3650'];
  await openssl([...sign, '-extfile', extensionFile, '-out', `${name}.crt`], { input: request });
  rmSync(extensionFile);
}

const makeKey = (name) => openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`]);

/** A key pair for signing tokens. */
async function makeSigningKey(name) {
  await openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', `${name}.key`]);
  await openssl(['pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`]);
}

/** The administrator's is the one that people use. */
export const kubeconfigOf = (client) =>
  client === 'admin' ? paths.kubeconfig : join(paths.state, `${client}.kubeconfig`);

function writeKubeconfig(client) {
  const base64 = (file) => readFileSync(inPki(file)).toString('base64');
  const name = 'test-cluster';
  // JSON is YAML, too.
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: apiUrl, 'certificate-authority-data': base64('ca.crt') } }],
    contexts: [{ name, context: { cluster: name, user: client, namespace: 'team-a' } }],
    users: [
      {
        name: client,
        user: {
          'client-certificate-data': base64(`${client}.crt`),
          'client-key-data': base64(`${client}.key`),
        },
      },
    ],
  };
  writeFileSync(kubeconfigOf(client), `${JSON.stringify(kubeconfig, undefined, 2)}\n`, { mode: 0o600 });
}
