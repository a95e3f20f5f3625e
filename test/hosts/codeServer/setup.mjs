/** Makes VS Code ready for tests and the demo: code-server from npm, and the packaged extension. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npm, pinnedNode, root, run } from '../../setup.mjs';
import { fromNpm, install } from '../fromNpm.mjs';

const vsix = join(root, '.cache/vscode/slipway.vsix');

/** The folder of code-server; its entry is `out/node/entry.js`. Installs it where it is not there yet: 616 MB. */
export async function codeServer() {
  const folder = await fromNpm('slipway-code-server', import.meta.dirname, async (unfinished) => {
    const server = join(unfinished, 'node_modules/code-server/lib/vscode');
    for (const part of [unfinished, server, join(server, 'extensions')]) await install(part);
  });
  return join(folder, 'node_modules/code-server');
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
