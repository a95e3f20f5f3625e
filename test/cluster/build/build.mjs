/**
 * Builds what the cluster is made of, once. Every part is a recipe with inputs; what it makes lies in a folder of the
 * cache that is named after a hash of them, so a changed recipe makes a new folder and an unchanged one costs nothing.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { locked } from '../tools/lock.mjs';
import { recipes } from './recipes.mjs';
import { paths, sources } from '../settings.mjs';

/** How many folders of one part stay: checkouts of two revisions can take turns without building anew. */
const kept = 2;

/**
 * Builds what is missing, several parts at a time, and returns the folder of every part by its name. `only` limits it to
 * some parts and what they need.
 */
export async function buildParts({ log = console.log, only = defaultParts, signal } = {}) {
  const wanted = new Set(only.flatMap(withNeeds));
  const folders = Object.fromEntries([...wanted].map((name) => [name, folderOf(name)]));
  if ([...wanted].some((name) => !existsSync(folders[name]))) {
    await locked('build', log, () => make(wanted, folders, log, signal));
  }
  const now = new Date();
  for (const name of wanted) utimesSync(folders[name], now, now);
  link(folders);
  prune(wanted);
  return folders;
}

const defaultParts = Object.keys(recipes).filter((name) => recipes[name].lazy !== true);

/** The folder that a part's product has, or will have. */
export function folderOf(name) {
  return join(paths.built, `${name}-${hashOf(name)}`);
}

/** True when nothing of what a start needs has to be built. */
export const isBuilt = () => defaultParts.every((name) => existsSync(folderOf(name)));

const withNeeds = (name) => [...(recipes[name].needs ?? []).flatMap(withNeeds), name];

function hashOf(name) {
  const { inputs = [], needs = [], also = '' } = recipes[name];
  const hash = createHash('sha256').update(`${process.arch} ${also}`);
  for (const need of needs) hash.update(hashOf(need));
  for (const file of inputs.flatMap((input) => filesBelow(join(sources, input))).sort()) {
    hash.update(`\0/${relative(sources, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.') && entry.name !== '__pycache__')
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

/** Makes the missing parts, each as soon as those that it needs are there. One that fails lets the others end first. */
async function make(wanted, folders, log, signal) {
  mkdirSync(paths.built, { recursive: true });
  // What an interrupted build left; nobody else builds now.
  for (const name of readdirSync(paths.built)) {
    if (name.startsWith('.')) rmSync(join(paths.built, name), { recursive: true, force: true });
  }
  const running = new Map();
  const lanes = new Map();
  for (const name of wanted) {
    const { needs = [], lane } = recipes[name];
    // Parts of one lane (all that the Go compiler makes, say) would only get into each other's way.
    const before = [...needs.map((need) => running.get(need)), lanes.get(lane)?.catch(() => undefined)];
    const work = Promise.all(before).then(() => makePart(name, folders, log, signal));
    running.set(name, work);
    if (lane !== undefined) lanes.set(lane, work);
  }
  const ended = await Promise.allSettled(running.values());
  const failures = ended.filter((end) => end.status === 'rejected').map((end) => end.reason);
  if (failures.length > 0) throw failures[0];
}

async function makePart(name, folders, log, signal) {
  if (existsSync(folders[name])) return;
  signal?.throwIfAborted();
  const started = performance.now();
  log(`building ${name} …`);
  const folder = join(paths.built, `.${name}`);
  mkdirSync(folder);
  try {
    await recipes[name].make(folder, folders, signal);
    renameSync(folder, folders[name]);
  } catch (error) {
    error.message = `The test cluster's part "${name}" cannot be built. ${error.message}`;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log(`built ${name} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** Gives every program a path that stays the same over builds. */
function link(folders) {
  mkdirSync(paths.bin, { recursive: true });
  for (const [name, folder] of Object.entries(folders)) {
    for (const [program, target] of Object.entries(recipes[name].programs ?? {})) {
      const fresh = join(paths.bin, `.${program}.${process.pid}`);
      rmSync(fresh, { force: true });
      symlinkSync(join(folder, target), fresh);
      renameSync(fresh, join(paths.bin, program));
    }
  }
}

/** Removes all but the last folders used of each part. */
function prune(parts) {
  for (const part of parts) {
    const folders = readdirSync(paths.built)
      .filter((name) => name.slice(0, name.lastIndexOf('-')) === part)
      .map((name) => join(paths.built, name))
      .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const folder of folders.slice(kept)) {
      if (basename(folder).startsWith(part)) rmSync(folder, { recursive: true, force: true });
    }
  }
}
