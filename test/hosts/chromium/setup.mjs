/** Makes a Chromium ready for tests. Plain JavaScript, as test/setup.mjs. */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { installDebianPackages } from '../../setup.mjs';
import { fromNpm, install } from '../fromNpm.mjs';

/** What the one from npm takes from the system: NSS, Expat, and where fonts are. */
const parts = ['libnss3', 'libexpat1', 'fontconfig-config', 'fonts-dejavu-core'];

/**
 * The path of a Chromium without windows. The one from npm was compiled with a profile of what browsers do and takes a tenth less
 * of the processors than Debian's (decision 29), which serves where the first does not start.
 * @throws Error that says what to install where there is none
 */
export async function testBrowser() {
  const why = [];
  if (process.platform === 'linux' && process.arch === 'x64') {
    const path = await profiled().catch((error) => void why.push(error.message));
    if (path !== undefined) return path;
  }
  const path = await debians().catch((error) => void why.push(error.message));
  for (const reason of why) console.log(`   The browser: ${reason}`);
  if (path === undefined) throw new Error('Tests need a Chromium. On Debian and Ubuntu: sudo apt install chromium');
  return path;
}

async function profiled() {
  const folder = await fromNpm('slipway-chromium', import.meta.dirname, unpack);
  const path = join(folder, 'chromium');
  if (!starts(path) || !existsSync('/etc/fonts/fonts.conf')) {
    await installDebianPackages('--no-install-recommends', ...parts);
  }
  if (starts(path)) return path;
  throw new Error(`the Chromium from npm does not start. On Debian and Ubuntu: sudo apt install ${parts.join(' ')}`);
}

async function unpack(folder) {
  await install(folder);
  const packages = join(folder, 'node_modules');
  const packed = createReadStream(join(packages, '@sparticuz/chromium/bin/chromium.br'));
  const program = createWriteStream(join(folder, 'chromium'), { mode: 0o755 });
  await pipeline(packed, createBrotliDecompress(), program);
  rmSync(packages, { recursive: true });
}

const starts = (path) => spawnSync(path, ['--version']).status === 0;

async function debians() {
  // The first has no windows and takes a fifth less of the processors. Not every system that has Chromium has it.
  const names = ['chromium-headless-shell', 'chromium', 'google-chrome'];
  const command = names.map((name) => `command -v ${name}`).join(' || ');
  const find = () => spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout.trim() || undefined;
  const debian = (name) => installDebianPackages('--no-install-recommends', name, 'fonts-dejavu-core');
  if (find() === undefined) await debian('chromium-headless-shell').catch(() => debian('chromium'));
  return find();
}
