/**
 * Makes JupyterLab ready for tests and the demo: a virtual environment with the hosts, and the wheel built and installed in
 * it. Plain JavaScript, as test/setup.mjs, whose habits it follows: what is there and unchanged is not made again.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureVirtualEnvironments, once, root, run, systemPython } from '../../setup.mjs';

const folder = join(root, '.cache/jupyter');
const wheels = join(root, '.cache/wheels');
const requirements = 'test/hosts/jupyter/requirements.txt';
const extension = join(root, 'jupyterlab-extension');

/** The interpreter of an environment with JupyterLab, Notebook, JupyterHub and the tools that runs need. */
export async function jupyterPython() {
  const python = join(folder, 'bin/python');
  await once('jupyter', [requirements], python, async () => {
    rmSync(folder, { recursive: true, force: true });
    await ensureVirtualEnvironments();
    await run(systemPython, ['-m', 'venv', folder], { quiet: true });
    await pip(python, '-r', requirements);
  });
  return python;
}

/** The wheel, made anew from what `npm run build` left, without any network. */
export async function buildWheel(python) {
  rmSync(wheels, { recursive: true, force: true });
  await run(python, ['-m', 'build', '--wheel', '--no-isolation', '--outdir', wheels, extension], { quiet: true });
  const [wheel] = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  return join(wheels, wheel);
}

/** Installs the wheel where another one is installed or none. */
export async function installWheel(python, wheel) {
  const digest = createHash('sha256').update(readFileSync(wheel)).digest('hex');
  const stamp = join(folder, 'slipway.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await pip(python, '--no-deps', '--force-reinstall', '--no-index', wheel);
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, digest);
}

/** All of it; resolves to the interpreter. */
export async function jupyterHost() {
  const python = await jupyterPython();
  await installWheel(python, await buildWheel(python));
  return python;
}

function pip(python, ...args) {
  return run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args], { quiet: true });
}
