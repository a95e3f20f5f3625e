/** What of a cluster is still there after it was stopped: nothing, or `down` has failed. */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from '../tools/processes.mjs';
import { cgroup, network, paths } from '../settings.mjs';

/** The kernel takes a moment to end what was killed. */
const longestMs = 10_000;

/** Each thing in words, that is there after a moment, too. */
export async function leftovers() {
  const end = Date.now() + longestMs;
  for (;;) {
    const left = await leftoversNow();
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(200);
  }
}

async function leftoversNow() {
  const rules = await Promise.all(
    ['iptables-save', 'ip6tables-save'].map((command) => execute(command, []).catch(() => '')),
  );
  return leftoversIn({
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    links: readdirSync('/sys/class/net'),
    rules: rules.join('\n'),
    processes: readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(processOf)
      .filter((process) => process !== undefined),
    groups: groupsNow(),
    pods: listed('/var/lib/cni/results'),
    saved: existsSync(paths.savedSettings),
  });
}

/** Pure: of what the kernel and the plugins tell. */
export function leftoversIn({ mounts, links, rules, processes, groups, pods, saved }) {
  const ours = [paths.state, paths.store, paths.bin, paths.built].map((folder) => `${folder}/`);
  const isOurs = (text) => ours.some((folder) => text.startsWith(folder));
  return [
    ...mounts
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => isOurs(unescaped(path)))
      .map((path) => `the mount ${path}`),
    ...links.filter((name) => name === network.bridge).map((name) => `the network interface ${name}`),
    ...rules
      .split('\n')
      .filter((line) => line.startsWith('-A ') && (line.includes(network.bridge) || line.includes('KUBE-')))
      .map((line) => `the filter rule ${line}`),
    ...processes
      .filter(({ program, argv }) => isOurs(program) || argv.includes(paths.containerdSocket))
      .map(({ pid, program }) => `the process ${pid} (${program})`),
    ...groups.map((folder) => `the control group ${folder}`),
    ...pods.filter((name) => name.startsWith(`${cgroup}-`)).map((name) => `the network of a pod, ${name}`),
    ...(saved ? ['kernel settings that were not set back'] : []),
  ];
}

/** As the kernel writes a path in its list of mounts. */
const unescaped = (path) => path.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));

const listed = (folder) => (existsSync(folder) ? readdirSync(folder) : []);

function processOf(pid) {
  try {
    const argv = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
    return { pid: Number(pid), program: readlinkSync(join('/proc', pid, 'exe')), argv };
  } catch {
    // It has ended, or is one of the kernel's own.
    return undefined;
  }
}

function groupsNow() {
  const root = '/sys/fs/cgroup';
  return [root, ...listed(root).map((name) => join(root, name))]
    .map((folder) => join(folder, cgroup))
    .filter((folder) => existsSync(folder));
}
