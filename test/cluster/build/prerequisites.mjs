/** Whether this machine can run the cluster, and the Debian packages that it takes. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { installDebianPackages } from '../../setup.mjs';
import { hasMemoryController } from '../run/cgroups.mjs';

/** Commands and files that the cluster needs, and the package that brings each. */
const needed = {
  '/usr/bin/containerd': 'containerd',
  '/usr/bin/ctr': 'containerd',
  '/usr/sbin/runc': 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/sbin/iptables': 'iptables',
  '/sbin/ip': 'iproute2',
  '/usr/sbin/conntrack': 'conntrack',
  '/usr/bin/mmdebstrap': 'mmdebstrap',
  '/bin/busybox': 'busybox-static',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/git': 'git',
};

const missingPackages = () => [
  ...new Set(Object.entries(needed).flatMap(([path, name]) => (existsSync(path) ? [] : [name]))),
];

/** Why the cluster cannot run here, in words; empty when it can. */
export function missingPrerequisites() {
  const { platform, arch } = process;
  // What the others look at is there on Linux alone.
  if (platform !== 'linux') return reasonsAgainst({ platform });
  return reasonsAgainst({
    platform,
    arch,
    isRoot: process.getuid() === 0,
    mayMount: hasCapabilities(),
    missingPackages: missingPackages(),
    hasAptGet: existsSync('/usr/bin/apt-get'),
    hasGo: spawnSync('go', ['version']).status === 0,
    hasMemoryController: hasMemoryController(),
  });
}

/** The same of a machine of which this is known. Pure. */
export function reasonsAgainst(machine) {
  if (machine.platform !== 'linux') return [`it needs Linux, and this is ${machine.platform}`];
  const reasons = [];
  if (machine.arch !== 'x64') reasons.push(`its images are made for x86-64, and this is ${machine.arch}`);
  if (!machine.isRoot) reasons.push('it needs root, for pods, volumes and a network of its own');
  else if (!machine.mayMount) reasons.push('this root may not mount file systems or make networks (a container?)');
  if (machine.missingPackages.length > 0 && !machine.hasAptGet) {
    reasons.push(`these Debian packages are missing, and there is no apt-get: ${machine.missingPackages.join(', ')}`);
  }
  if (!machine.hasGo) reasons.push('there is no Go toolchain ("go") on PATH');
  if (!machine.hasMemoryController) reasons.push('the kernel has no memory control groups (/sys/fs/cgroup)');
  return reasons;
}

/** CAP_NET_ADMIN and CAP_SYS_ADMIN, by their numbers in linux/capability.h. */
function hasCapabilities() {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const held = BigInt(`0x${effective}`);
  return [12n, 21n].every((number) => ((held >> number) & 1n) === 1n);
}

export async function installPrerequisites(log) {
  const packages = missingPackages();
  if (packages.length === 0) return;
  log(`installing ${packages.join(', ')}`);
  await installDebianPackages('--no-install-recommends', ...packages);
  const still = missingPackages();
  if (still.length > 0) throw new Error(`These packages brought not what they should: ${still.join(', ')}`);
}
