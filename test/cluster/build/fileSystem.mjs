/** The file systems of our images: Debian by mmdebstrap, and above it what is installed in a chroot. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
  // The machine's own sources where they are of this release (they may name a mirror), else Debian's. Where it fails or is told to
  // end, mmdebstrap sends HUP to its whole process group: it has one of its own, and ends with this process all the same.
  await execute(
    'setpriv',
    [
      '--pdeathsig=TERM',
      'mmdebstrap',
      '--quiet',
      '--variant=minbase',
      `--include=${packages}`,
      // Keys that the package of the ssh server makes: each build would have others, and no image needs them.
      '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*',
      release,
      tar,
      ...machineSources(),
    ],
    { signal, ownGroup: true },
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
  const files = ['requirements.txt', 'nvidia-smi', 'install-python.sh'].map(recipe);
  await inChroot(folder, [join(rootfs, 'rootfs.tar')], files, signal, async (root) => {
    await runInChroot(root, 'install-python.sh', signal);
    const changed = ['usr/local', 'home', 'etc/passwd', 'etc/group', 'etc/shadow', 'etc/gshadow'];
    await execute('tar', ['-C', root, '-cf', join(folder, 'python.tar'), ...changed], { signal });
    copyFileSync(join(root, 'run/build/installed.txt'), join(folder, 'installed.txt'));
  });
}

/** The program that makes any image a DevEnv's: what a team's platform engineer runs. */
const devEnvSetup = join(sources, '../../docs/platform/devenv/image/setup');

/** What the image of DevEnvs has above the runner image: JupyterLab, the user, the folders where volumes come. */
export async function makeDevEnvLayer(folder, { rootfs, python }, signal) {
  const files = [recipe('devenv-requirements.txt'), recipe('install-devenv.sh'), devEnvSetup];
  const layers = [join(rootfs, 'rootfs.tar'), join(python, 'python.tar')];
  await inChroot(folder, layers, files, signal, async (root) => {
    // The layers' files have got their present change times before this one.
    const before = join(folder, 'before');
    writeFileSync(before, '');
    await runInChroot(root, 'install-devenv.sh', signal);
    const places = ['usr/local', 'etc', 'workspace', 'run/slipway'];
    const found = await execute('find', [...places, '-cnewer', before, '-print0'], { cwd: root, signal });
    const changed = ['--null', '--no-recursion', '--files-from', '-'];
    await execute('tar', ['-C', root, '-cf', join(folder, 'devenv.tar'), ...changed], { input: found, signal });
    rmSync(before);
  });
}

/** Unpacks the layers with some files for the build in `run/build`, lets `work` use them, and removes all of it. */
async function inChroot(folder, layers, files, signal, work) {
  const root = join(folder, 'root');
  mkdirSync(root);
  for (const layer of layers) await execute('tar', ['-xpf', layer, '-C', root], { signal });
  mkdirSync(join(root, 'run/build'));
  const machine = [
    ['/etc/ssl/certs/ca-certificates.crt', 'run/build/ca.crt'],
    ['/etc/resolv.conf', 'etc/resolv.conf'],
    ['/etc/hosts', 'etc/hosts'],
  ];
  for (const [file, inside] of [...machine, ...files.map((file) => [file, join('run/build', basename(file))])]) {
    copyFileSync(file, join(root, inside));
  }
  await work(root);
  rmSync(root, { recursive: true });
}

const runInChroot = (root, script, signal) =>
  execute('chroot', [root, 'env', '-i', ...pipEnvironment(), 'sh', `/run/build/${script}`], { signal });

/** A clean environment, with the machine's way to the package index and nothing else of the machine. */
function pipEnvironment() {
  const passed = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'];
  const environment = { PATH: systemPath, HOME: '/root', LANG: 'C.UTF-8', PIP_CERT: '/run/build/ca.crt' };
  for (const name of passed) if (process.env[name] !== undefined) environment[name] = process.env[name];
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}
