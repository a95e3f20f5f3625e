/** The file system of the runner image: Debian by mmdebstrap, and above it Python packages installed in a chroot. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { sources } from '../settings.mjs';

const release = 'bookworm';
const recipe = (name) => join(sources, 'images', name);

/** The search path of programs in Debian's images. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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
  return ['/etc/apt/sources.list', ...files].filter((file) => existsSync(file) && offersRelease(file));
}

/** True for a file of apt's, in either of its formats, with the main packages of the release. */
function offersRelease(file) {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.list')) return new RegExp(`^deb .*\\b${release}\\b.*\\bmain\\b`, 'm').test(text);
  const suites = new RegExp(`^Suites:.*\\b${release}\\b`, 'm');
  return file.endsWith('.sources') && suites.test(text) && /^Components:.*\bmain\b/m.test(text);
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
