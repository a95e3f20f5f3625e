/**
 * Makes a fresh machine ready: npm packages, the build, and the Python that tests use. Each part is skipped when what it
 * made is still there and its inputs are unchanged. Plain JavaScript without dependencies, for it runs before there are
 * any, on Node 20 and later.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cache = join(root, '.cache');
/** The name of npm's command here. */
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command in the repository's root; rejects with its name and exit code when it fails. */
export function run(command, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}\n${output}`));
    });
  });
}

/** The path of a command that npm packages brought. */
export const tool = (name) => join(root, 'node_modules/.bin', name);

/** The environment for children: the Node that the lock file pins comes first on PATH, then the machine's Python itself. */
export const pinnedNode = () => ({
  PATH: [join(root, 'node_modules/.bin'), ...behindShim(), process.env.PATH ?? ''].join(':'),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
});

export async function installPackages() {
  await once('packages', ['package-lock.json'], join(root, 'node_modules'), async () => {
    // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, which not every registry has.
    // Versions and integrity come from the lock file all the same.
    await run(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  });
}

export async function build() {
  await run(npm, ['run', '--silent', 'build'], { env: pinnedNode(), quiet: true });
}

/** The interpreter of a virtual environment with the tools that tests run: papermill, pytest, linters. */
export async function testPython() {
  const folder = join(cache, 'python');
  const python = join(folder, 'bin/python');
  await once('python', ['test/python/requirements.txt'], python, async () => {
    rmSync(folder, { recursive: true, force: true });
    await createVirtualEnvironment(folder);
    const pip = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      'test/python/requirements.txt',
    ];
    await run(python, pip, { quiet: true });
  });
  return python;
}

/** Sees to it that there is a keyring for the tests of sign-ins, which start one of their own; shared/src/identity/testing/testKeyring.ts. */
export async function ensureKeyring() {
  const programs = ['dbus-run-session', 'gnome-keyring-daemon', 'secret-tool'];
  const missing = () => programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  const packages = ['dbus', 'gnome-keyring', 'libsecret-tools'];
  if (missing().length > 0) await installDebianPackages('--no-install-recommends', ...packages);
  if (missing().length > 0) throw new Error(`On Debian and Ubuntu: sudo apt install ${packages.join(' ')}`);
}

/** Sees to it that there are OpenSSH and what people use over it; tests start a server of their own: shared/src/devenv/testing/localSshd.ts. */
export async function ensureSsh() {
  const programs = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/sftp', '/usr/bin/rsync'];
  const isThere = () => programs.every((path) => existsSync(path));
  const packages = ['openssh-server', 'openssh-client', 'rsync'];
  if (!isThere()) await installDebianPackages('--no-install-recommends', ...packages);
  if (!isThere()) throw new Error(`On Debian and Ubuntu: sudo apt install ${packages.join(' ')}`);
}

/**
 * The Python that virtual environments are made of. Tests run it as other users too, as pods do: where the first one on the PATH lies in
 * root's home, into which nobody else may look, it is Debian's.
 */
export const systemPython = process.env.SLIPWAY_SYSTEM_PYTHON ?? pythonForAll();

function pythonForAll() {
  if (process.getuid?.() !== 0) return 'python3';
  const first = spawnSync('python3', ['-c', 'import sys; print(sys.executable)']).stdout?.toString().trim() ?? '';
  const isNewEnough = ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'];
  const nobody = { uid: 65_534, gid: 65_534 };
  // By their whole paths: of a name, the next one on the PATH is tried where the first may not be started.
  const serves = (python) => python !== '' && spawnSync(python, isNewEnough, nobody).status === 0;
  return [first, '/usr/bin/python3'].find(serves) ?? 'python3';
}

/** Sees to it that the system's Python can make virtual environments. */
export async function ensureVirtualEnvironments() {
  const can = () => spawnSync(systemPython, ['-c', 'import ensurepip, venv']).status === 0;
  // Debian keeps the parts that make virtual environments in a package of their own.
  if (!can()) await installDebianPackages('python3-venv');
  if (!can()) {
    throw new Error(
      `${systemPython} cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv`,
    );
  }
}

let shimmed;

/**
 * The folder of the interpreter that `python3` on the PATH starts, where it lies elsewhere: pyenv's shim is a shell script that takes a
 * tenth of a second of a processor at each start.
 */
function behindShim() {
  shimmed ??= (() => {
    const ask = (command) => spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout?.trim() ?? '';
    const folders = ['command -v python3', 'python3 -c "import sys; print(sys.executable)"'].map((each) =>
      dirname(ask(each)),
    );
    return folders[0] === folders[1] || folders.includes('.') ? [] : [folders[1]];
  })();
  return shimmed;
}

let installing = Promise.resolve();

/**
 * Installs where that is possible: as root, on a system with Debian's packages; elsewhere does nothing. One at a time:
 * apt-get refuses to run beside itself.
 */
export function installDebianPackages(...packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return Promise.resolve();
  const install = async () => {
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, quiet: true };
    await run('apt-get', ['update', '--quiet'], options);
    await run('apt-get', ['install', '--yes', '--quiet', ...packages], options);
  };
  const installed = installing.then(install);
  installing = installed.catch(() => undefined);
  return installed;
}

async function createVirtualEnvironment(folder) {
  await ensureVirtualEnvironments();
  await run(systemPython, ['-m', 'venv', folder], { quiet: true });
}

/** Runs `make` unless it ran before with the same input files and its product is still there. */
export async function once(name, inputs, product, make) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const input of inputs) hash.update(readFileSync(join(root, input)));
  const digest = hash.digest('hex');
  const stamp = join(cache, `${name}.stamp`);
  if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  // Before, not after: a make that is interrupted leaves half a product, which the old stamp would call whole.
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(cache, { recursive: true });
  writeFileSync(stamp, digest);
}
