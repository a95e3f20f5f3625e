import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '../..');
const built = join(root, 'jupyterlab-extension/slipway_jupyterlab/labextension/static');
const panels = join(root, 'jupyterlab-extension/slipway_jupyterlab/panels');
const extension = join(root, 'vscode-extension/dist/extension.cjs');

/** How a bundle names the bundles that are loaded with it; those that it loads later are named otherwise. */
const requires = /[ ,]\w+=require\("(\.\/[^"]+)"\)/g;

/**
 * What the hosts' halves weigh, in units of 1000 bytes. The labextension is every script of its folder; all but the connection
 * come when a page loads. The panels come compressed from the server half with the first one, what is about DevEnvs when the side
 * panel is first shown. The .vsix has the core in it.
 */
export async function sizes(vsix: string): Promise<string> {
  const scripts = (await readdir(built)).filter((name) => name.endsWith('.js')).map((name) => join(built, name));
  return [
    'Sizes of what is installed',
    await line('labextension, all scripts', scripts, 150_000),
    `  ${'panels, as they are sent'.padEnd(30)}${kilobytes(await folderBytes(panels, 'panels-'))}`,
    `  ${'DevEnvs, as they are sent'.padEnd(30)}${kilobytes(await folderBytes(panels, 'devEnvs-'))}`,
    await line('.vsix, scripts at activation', await withRequired(extension)),
    `  ${'.vsix, whole'.padEnd(30)}${kilobytes((await stat(vsix)).size)}`,
  ].join('\n');
}

async function line(name: string, files: readonly string[], goal?: number): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const bytes = contents.reduce((sum, { length }) => sum + length, 0);
  const compressed = contents.reduce((sum, content) => sum + gzipSync(content).length, 0);
  const judged =
    goal === undefined ? '' : `   goal at most ${kilobytes(goal)}: ${bytes <= goal ? 'goal met' : 'goal missed'}`;
  return `  ${name.padEnd(30)}${kilobytes(bytes)}   ${kilobytes(compressed)} with gzip${judged}`;
}

/** @param start of the files' names */
async function folderBytes(folder: string, start: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(start));
  const sizes = names.map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}

/** A bundle and all that are loaded with it. */
async function withRequired(file: string, known = new Set<string>()): Promise<readonly string[]> {
  if (known.has(file)) return [...known];
  known.add(file);
  const text = await readFile(file, 'utf8');
  for (const [, name] of text.matchAll(requires)) {
    if (name !== undefined) await withRequired(join(dirname(file), name), known);
  }
  return [...known];
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
