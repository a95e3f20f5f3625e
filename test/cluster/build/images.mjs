/** Container images, made without a daemon from file systems and programs. */
import { createCipheriv } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { sources, versions } from '../settings.mjs';
import { systemPath } from './fileSystem.mjs';
import { tektonPrograms } from './tekton.mjs';

/** Archives for `ctr images import`: the pods' own, the runner's two, Tekton's. */
export async function makeImages(folder, { rootfs, python, devenv, pause, tekton }, signal) {
  await writeImages(folder, 'base', [pauseImage(pause), await busyboxImage()], signal);
  const layers = [join(rootfs, 'rootfs.tar'), join(python, 'python.tar')];
  const images = [...runnerImages(layers), devEnvImage([...layers, join(devenv, 'devenv.tar')])];
  await writeImages(folder, 'runner', images, signal);
  await writeImages(folder, 'tekton', Object.keys(tektonPrograms).map(tektonImage(tekton)), signal);
}

const pauseImage = (folder) => ({
  name: 'testbed.local/pause:1',
  files: [[join(folder, 'pause'), 'pause']],
  entrypoint: ['/pause'],
});

/** The same file system twice: as RAPIDS images have it (uid 1001, HOME set), and as another uid without HOME. */
function runnerImages(layers) {
  const common = { layers, folders: { workspace: '1777' }, command: ['/bin/bash'] };
  const environment = [`PATH=${systemPath}`, 'LANG=C.UTF-8'];
  return [
    {
      ...common,
      name: 'testbed.local/runner:1',
      user: '1001:1001',
      workdir: '/home/rapids',
      environment: [...environment, 'HOME=/home/rapids'],
    },
    {
      ...common,
      name: 'testbed.local/runner-other-uid:1',
      user: '1234:1234',
      workdir: '/home/analyst',
      environment,
    },
  ];
}

/** As docs/platform/devenv/Containerfile makes it, on another base. */
const devEnvImage = (layers) => ({
  name: 'testbed.local/devenv:1',
  layers,
  files: filesBelow(devEnvPrograms).map((file) => [file, join('opt/slipway/devenv', relative(devEnvPrograms, file))]),
  user: '1001:0',
  workdir: '/workspace',
  environment: [`PATH=${systemPath}`, 'LANG=C.UTF-8', 'HOME=/workspace'],
  entrypoint: ['/usr/bin/tini', '--', '/opt/slipway/devenv/entrypoint'],
});

const devEnvPrograms = join(sources, '../../docs/platform/devenv/image');

const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && basename(entry.parentPath) !== '__pycache__')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

const tektonImage = (folder) => (program) => ({
  name: `testbed.local/tekton/${program}:${versions.tekton}`,
  files: [[join(folder, program), `ko-app/${program}`]],
  folders: { tmp: '1777', 'var/run/ko': '755' },
  environment: ['PATH=/ko-app', 'KO_DATA_PATH=/var/run/ko'],
  entrypoint: [`/ko-app/${program}`],
});

/** What the registry offers: images that no node has, of which one is large enough for a pull that takes a while. */
export async function makeRegistryImages(folder, _, signal) {
  const busybox = await busyboxImage();
  const ballast = join(folder, 'ballast');
  // Bytes that nobody can compress, and the same each time.
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  writeFileSync(ballast, cipher.update(Buffer.alloc(24 << 20)));
  const image = (name, files) => ({
    ...busybox,
    name,
    files: [...busybox.files, ...files],
    folders: { tmp: '1777', [name.replace(':', '-')]: '755' },
  });
  const images = [
    image('public/small:1', []),
    image('private/small:1', []),
    image('private/locked:1', []),
    image('public/large:1', [[ballast, 'ballast']]),
  ];
  await writeImages(folder, 'images', images, signal);
  rmSync(ballast);
}

async function busyboxImage() {
  const applets = (await execute('/bin/busybox', ['--list'])).trim().split('\n');
  return {
    name: 'testbed.local/busybox:1',
    files: [['/bin/busybox', 'bin/busybox']],
    links: Object.fromEntries(applets.filter((name) => name !== 'busybox').map((name) => [`bin/${name}`, 'busybox'])),
    folders: { tmp: '1777' },
    command: ['/bin/sh'],
  };
}

const writeImages = (folder, name, images, signal) =>
  execute('python3', [join(sources, 'images/write_image.py'), join(folder, `${name}.tar`)], {
    input: JSON.stringify(images),
    signal,
  });
