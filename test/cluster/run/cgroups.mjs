/** The control group below which the kubelet keeps all pods: one folder in each hierarchy that the machine has. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from '../tools/daemons.mjs';
import { pause } from '../tools/processes.mjs';
import { cgroup } from '../settings.mjs';

const root = '/sys/fs/cgroup';
const isUnified = () => existsSync(join(root, 'cgroup.controllers'));

/** The hierarchies in which we make our folder: the unified one, or each of version 1. */
function hierarchies() {
  if (isUnified()) return [root];
  return readdirSync(root)
    .filter((name) => name !== 'unified')
    .map((name) => join(root, name));
}

/** True when pods can get memory limits. */
export const hasMemoryController = () =>
  isUnified()
    ? readFileSync(join(root, 'cgroup.controllers'), 'utf8').split(/\s/).includes('memory')
    : existsSync(join(root, 'memory'));

export function makeCgroups() {
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, cgroup);
    mkdirSync(folder, { recursive: true });
    // In version 1, a new group of this controller has no CPUs and no memory nodes, and can hold no process.
    if (isUnified() || !existsSync(join(folder, 'cpuset.cpus'))) continue;
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      writeFileSync(join(folder, file), readFileSync(join(hierarchy, file)));
    }
  }
  if (isUnified()) writeFileSync(join(root, 'cgroup.subtree_control'), '+cpuset +cpu +memory +pids');
  preferPods();
}

/** All pods together are one among the machine's processes to its scheduler; without this, tests would starve them. */
function preferPods() {
  const [file, weight] = isUnified()
    ? [join(root, cgroup, 'cpu.weight'), 800]
    : [join(root, 'cpu', cgroup, 'cpu.shares'), 8192];
  if (existsSync(file)) writeFileSync(file, String(weight));
}

/** Ends what is still in our groups, and removes them. */
export async function removeCgroups() {
  // runc makes our folder in the unified hierarchy of a hybrid machine, too.
  const folders = [...hierarchies(), join(root, 'unified')].map((hierarchy) => join(hierarchy, cgroup));
  const groups = folders.flatMap(groupsBelow);
  const pids = new Set(groups.flatMap((group) => read(join(group, 'cgroup.procs')).split('\n')).filter(Boolean));
  for (const pid of pids) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  while ([...pids].some((pid) => startTime(pid) !== undefined)) await pause(20);
  for (const group of groups) await removeGroup(group);
}

/** All groups below a folder and itself, the deepest first. */
function groupsBelow(folder) {
  if (!existsSync(folder)) return [];
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...inner.flatMap((entry) => groupsBelow(join(folder, entry.name))), folder];
}

async function removeGroup(folder) {
  // A group is busy for a moment after its last process has ended.
  for (let turns = 0; ; turns += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (error.code === 'ENOENT') return;
      if (error.code !== 'EBUSY' || turns === 100) throw new Error(`The cgroup ${folder} stays: ${error.message}`);
    }
    await pause(50);
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
