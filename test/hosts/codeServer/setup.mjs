/**
 * Makes VS Code ready for tests and the demo: code-server from npm, installed without scripts (hence without a compiler)
 * into the user's cache folder, by the hash of its lock file. Plain JavaScript, as test/setup.mjs.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pinnedNode, root, run } from '../../setup.mjs';

const here = import.meta.dirname;
const files = ['package.json', 'package-lock.json'];
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const vsix = join(root, '.cache/vscode/slipway.vsix');

/** The folder of code-server; its entry is `out/node/entry.js`. Installs it where it is not there yet: 616 MB. */
export async function codeServer() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(readFileSync(join(here, file)));
  const home = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway-code-server');
  const folder = join(home, hash.digest('hex').slice(0, 16));
  const product = join(folder, 'node_modules/code-server');
  if (existsSync(product)) return product;
  mkdirSync(home, { recursive: true });
  for (const stale of readdirSync(home)) rmSync(join(home, stale), { recursive: true, force: true });
  // Under another name until it is whole, for an install that is interrupted leaves half of it.
  const unfinished = `${folder}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  for (const file of files) copyFileSync(join(here, file), join(unfinished, file));
  const server = join(unfinished, 'node_modules/code-server/lib/vscode');
  for (const part of [unfinished, server, join(server, 'extensions')]) await install(part);
  renameSync(unfinished, folder);
  return product;
}

/** The .vsix, packaged anew from what `npm run build` left. */
export async function packageExtension() {
  rmSync(vsix, { force: true });
  mkdirSync(join(vsix, '..'), { recursive: true });
  await run(npm, ['run', '--silent', '--workspace', 'vscode-extension', 'package', '--', '--out', vsix], {
    env: pinnedNode(),
    quiet: true,
  });
  return vsix;
}

function install(folder) {
  const args = ['install', '--prefix', folder, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  return run(npm, [...args, '--loglevel=error'], { env: pinnedNode(), quiet: true });
}
