import { expect, it } from 'vitest';
import { paths, network } from '../settings.mjs';
import { leftoversIn, type MachineTraces } from './leftovers.mjs';

/** A machine that has things of its own, and nothing of a cluster. */
const clean: MachineTraces = {
  mounts: `proc /proc proc rw 0 0\ntmpfs /srv/${network.bridge} tmpfs rw 0 0\n`,
  links: ['lo', 'docker0'],
  rules: '*filter\n:INPUT ACCEPT [0:0]\n:KUBE-HINT - [0:0]\n-A FORWARD -i docker0 -j ACCEPT\nCOMMIT\n',
  processes: [{ pid: 7, program: '/usr/bin/tail', argv: ['tail', '-f', `${paths.logs}/etcd.log`] }],
  groups: [],
  pods: ['cni0-abc-eth0'],
  saved: false,
};

it('finds nothing on a machine without a cluster', () => {
  expect(leftoversIn(clean)).toEqual([]);
});

it.each<[string, Partial<MachineTraces>, RegExp]>([
  ['a volume', { mounts: `slipway-test ${paths.volumes}/a\\040b tmpfs rw 0 0\n` }, /^the mount .*a\\040b$/],
  ['the bridge', { links: ['lo', network.bridge] }, /^the network interface /],
  ['a rule of ours', { rules: `-A FORWARD -i ${network.bridge} -j REJECT` }, /^the filter rule -A FORWARD/],
  ['a rule of kube-proxy', { rules: '-A OUTPUT -j KUBE-SERVICES' }, /^the filter rule .*KUBE-SERVICES$/],
  ['a program', { processes: [{ pid: 9, program: `${paths.built}/x/etcd`, argv: ['etcd'] }] }, /^the process 9 \(/],
  [
    'a shim',
    {
      processes: [{ pid: 9, program: '/usr/bin/containerd-shim-runc-v2', argv: ['-address', paths.containerdSocket] }],
    },
    /^the process 9 \(.*shim/,
  ],
  ['a group', { groups: ['/sys/fs/cgroup/slipway-test'] }, /^the control group /],
  ["a pod's network", { pods: ['slipway-test-0123-eth0'] }, /^the network of a pod, /],
  ['settings', { saved: true }, /^kernel settings/],
])('finds %s', (_name, traces, words) => {
  expect(leftoversIn({ ...clean, ...traces })).toEqual([expect.stringMatching(words)]);
});
