/** Puts the built images into containerd's store, whether the cluster is up or not: it takes half a minute, once. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeContainerdConfiguration } from './configuration.mjs';
import { daemonPid, stopDaemon } from '../tools/daemons.mjs';
import { start } from './parts.mjs';
import { ctr, execute, succeeds, waitFor } from '../tools/processes.mjs';
import { paths } from '../settings.mjs';

const stamps = join(paths.store, 'imported');

/** Imports the archives of `folder` whose images are not in the store as they are in the archive. */
export async function importImages(folder, log) {
  const indexes = await Promise.all(
    readdirSync(folder).map(async (archive) => [
      archive,
      await execute('tar', ['-xOf', join(folder, archive), 'index.json']),
    ]),
  );
  const missing = indexes.filter(([archive, index]) => stampOf(archive) !== index);
  if (missing.length === 0) return;
  log(`importing images: ${missing.map(([archive]) => archive).join(', ')} …`);
  await withContainerd(async () => {
    mkdirSync(stamps, { recursive: true });
    for (const [archive, index] of missing) {
      await ctr('images', 'import', join(folder, archive));
      writeFileSync(join(stamps, archive), index);
    }
    await removeImages(() => false);
  });
  log('imported images');
}

function stampOf(archive) {
  const stamp = join(stamps, archive);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
}

/** Uses the cluster's containerd where it runs, else one for the time being. */
async function withContainerd(work) {
  const mine = daemonPid('containerd') === undefined;
  if (mine) {
    mkdirSync(paths.state, { recursive: true, mode: 0o711 });
    writeContainerdConfiguration();
    start.containerd();
  }
  try {
    await containerdAnswers();
    await work();
  } finally {
    if (mine) await stopDaemon('containerd');
  }
}

export const containerdAnswers = () =>
  waitFor('containerd answers', 60, () => succeeds('ctr', ['-a', paths.containerdSocket, 'version']));

/**
 * Removes the images that `isUnwanted` says so of, by reference, and those that have only their id left: what a newer
 * image has taken the name of. What is on the node is not pulled again, so a test of pulling needs it gone.
 */
export async function removeImages(isUnwanted) {
  const rows = (await ctr('images', 'ls')).trim().split('\n').slice(1);
  const images = rows.map((row) => row.split(/\s+/)).map(([reference, , digest]) => ({ reference, digest }));
  const isId = ({ reference }) => reference.startsWith('sha256:');
  const kept = new Set(
    images.filter((image) => !isId(image) && !isUnwanted(image.reference)).map((image) => image.digest),
  );
  const gone = images.filter((image) => (isId(image) ? !kept.has(image.digest) : isUnwanted(image.reference)));
  if (gone.length > 0) await ctr('images', 'rm', '--sync', ...gone.map(({ reference }) => reference));
}
