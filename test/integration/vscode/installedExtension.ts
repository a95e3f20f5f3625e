import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const home = join(import.meta.dirname, '../../../.cache/vscode/installed');

/**
 * Puts into a folder for extensions what code-server makes of a .vsix. It installs each .vsix once for all servers, which takes
 * it a second of a processor.
 * @param install lets code-server install it into a folder
 */
export async function copyInstalled(
  vsix: string,
  extensions: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  await cp(await installedOnce(vsix, install), extensions, { recursive: true, mode: constants.COPYFILE_FICLONE });
  const file = join(extensions, 'extensions.json');
  const list = await readFile(file, 'utf8');
  const [entry] = JSON.parse(list) as readonly { readonly location: { readonly path: string } }[];
  if (entry === undefined) throw new Error(`code-server has installed nothing of ${vsix}.`);
  // It names the place where it was installed.
  await writeFile(file, list.replaceAll(dirname(entry.location.path), extensions));
}

async function installedOnce(vsix: string, install: (folder: string) => Promise<void>): Promise<string> {
  const hash = createHash('sha256').update(process.env.SLIPWAY_TEST_CODE_SERVER ?? '');
  const name = hash
    .update(await readFile(vsix))
    .digest('hex')
    .slice(0, 16);
  const folder = join(home, name);
  if (await isThere(folder)) return folder;
  await mkdir(home, { recursive: true });
  const stale = (await readdir(home)).filter((each) => !each.startsWith(name));
  await Promise.all(stale.map((each) => rm(join(home, each), { recursive: true, force: true })));
  // Tests that run beside this one may install it, too: whoever is done first has the name.
  const own = await mkdtemp(`${folder}-`);
  await install(own);
  await rename(own, folder).catch(async (error: unknown) => {
    if (!(await isThere(folder))) throw error;
    await rm(own, { recursive: true });
  });
  return folder;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
