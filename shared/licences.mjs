/** The licence texts that go with a bundle: of every npm package whose code is in it. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const between = '\n\n----------------------------------------\n\n';

/**
 * One text for all of them, by the names of packages.
 * @param inputs files of packages, such as an esbuild metafile names, from the working folder
 * @param texts what this made for bundles that are shipped together with this one
 */
export function licences(inputs, texts = []) {
  const sections = new Map(texts.flatMap((text) => text.split(between)).map((text) => [text.split('\n')[0], text]));
  for (const input of inputs) {
    const [, folder, name] = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(resolve(input)) ?? [];
    if (folder === undefined) continue;
    const { version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    // Old packages have a list.
    const heading = `${name} ${version} (${license ?? licenses?.map(({ type }) => type).join(', ')})`;
    if (!sections.has(heading)) sections.set(heading, `${heading}\n\n${licenceText(folder)}`);
  }
  return [...sections.values()].sort((a, b) => a.localeCompare(b)).join(between);
}

function licenceText(folder) {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License.txt']) {
    try {
      return readFileSync(join(folder, file), 'utf8').trim();
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return 'No licence file in the package.';
}
