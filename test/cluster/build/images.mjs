/** Container images, made without a daemon: Debian by mmdebstrap, Python packages in a chroot, the rest file by file. */
import { createCipheriv } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { sources, versions } from '../settings.mjs';
import { tektonPrograms } from './tekton.mjs';

const release = 'bookworm';
const recipe = (name) => join(sources, 'images', name);
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A Debian root file system as a tar archive, with the packages that images/debian.txt lists. */
export async function makeRootFileSystem(folder, _, signal) {
  const packages = readFileSync(recipe('debian.txt'), 'utf8').trim().split('\n').join(',');
  const tar = join(folder, 'rootfs.tar');
  // The machine's own sources where they are of this release (they may name a mirror), else Debian's.
  await execute(
    'mmdebstrap',
    ['--quiet', '--variant=minbase', `--include=${packages}`, release, tar, ...machineSources()],
    { signal },
  );
}

function machineSources() {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...files].filter(
    (file) =>
      /\.(list|sources)$/.test(file) &&
      existsSync(file) &&
      new RegExp(`\\b${release} `).test(readFileSync(file, 'utf8')) &&
      readFileSync(file, 'utf8').includes('debian.org/debian'),
  );
}

/** What the runner image has above Debian: Python packages, users, the stand-in for nvidia-smi. */
export async function makePythonLayer(folder, rootfs, signal) {
  const root = join(folder, 'root');
  mkdirSync(root);
  await execute('tar', ['-xpf', join(rootfs, 'rootfs.tar'), '-C', root], { signal });
  const build = join(root, 'run/build');
  mkdirSync(build);
  for (const name of ['requirements.txt', 'nvidia-smi', 'install-python.sh']) {
    copyFileSync(recipe(name), join(build, name));
  }
  for (const [file, inside] of [
    ['/etc/ssl/certs/ca-certificates.crt', 'run/build/ca.crt'],
    ['/etc/resolv.conf', 'etc/resolv.conf'],
    ['/etc/hosts', 'etc/hosts'],
  ]) {
    copyFileSync(file, join(root, inside));
  }
  await execute('chroot', [root, 'env', '-i', ...pipEnvironment(), 'sh', '/run/build/install-python.sh'], { signal });
  const changed = ['usr/local', 'home', 'etc/passwd', 'etc/group', 'etc/shadow', 'etc/gshadow'];
  await execute('tar', ['-C', root, '-cf', join(folder, 'python.tar'), ...changed], { signal });
  copyFileSync(join(build, 'installed.txt'), join(folder, 'installed.txt'));
  rmSync(root, { recursive: true });
}

/** A clean environment, with the machine's way to the package index and nothing else of the machine. */
function pipEnvironment() {
  const passed = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
  const environment = { PATH: systemPath, HOME: '/root', LANG: 'C.UTF-8', PIP_CERT: '/run/build/ca.crt' };
  for (const name of passed) if (process.env[name] !== undefined) environment[name] = process.env[name];
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** Archives for `ctr images import`: the pods' own, the runner's two, Tekton's. */
export async function makeImages(folder, { rootfs, python, pause, tekton }, signal) {
  await writeImages(folder, 'base', [pauseImage(pause), await busyboxImage()], signal);
  await writeImages(folder, 'runner', runnerImages([join(rootfs, 'rootfs.tar'), join(python, 'python.tar')]), signal);
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
  execute('python3', [recipe('write_image.py'), join(folder, `${name}.tar`)], {
    input: JSON.stringify(images),
    signal,
  });
