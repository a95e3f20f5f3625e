import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { kubectl } from '../../cluster/cluster.mjs';

/** A signed token as Keycloak makes all of its: access, ID and refresh tokens. Its parts alone say who somebody is. */
const token = /eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}/;

/** True where there is a token in it: as it is, as base64, or compressed. */
export function holdsToken(content: Buffer): boolean {
  if (token.test(content.toString('latin1'))) return true;
  if (content[0] === 0x1f && content[1] === 0x8b) return holdsToken(gunzipSync(content));
  return [...content.toString('latin1').matchAll(/[A-Za-z0-9+/]{200,}={0,2}/g)].some(([text]) =>
    token.test(Buffer.from(text, 'base64').toString('latin1')),
  );
}

/** The files below a folder that hold a token, by their paths from there. */
export async function filesWithTokens(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    // One that has been replaced since is another file by now.
    const content = await readFile(path).catch(() => Buffer.alloc(0));
    if (holdsToken(content)) found.push(relative(folder, path));
  }
  return found.sort();
}

/** The processes that work in a person's home, and those of them whose arguments or environment hold a token. */
export async function processesWithTokens(home: string): Promise<{ readonly all: string[]; readonly found: string[] }> {
  const all: string[] = [];
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (name: string): Promise<Buffer> => readFile(`/proc/${pid}/${name}`).catch(() => Buffer.alloc(0));
    const [args, environment] = [await read('cmdline'), await read('environ')];
    if (!environment.toString('latin1').includes(`HOME=${home}\0`)) continue;
    const program = await readlink(`/proc/${pid}/exe`).catch(() => 'ended');
    const line = `${program} ${args.toString().replaceAll('\0', ' ')}`;
    all.push(line);
    if (holdsToken(args) || holdsToken(environment)) found.push(line);
  }
  return { all, found };
}

/** The objects of a space that hold a token, as `configmap/name`; those of the run and all others. */
export async function objectsWithTokens(space: string): Promise<{ readonly all: string[]; readonly found: string[] }> {
  const kinds = 'pipelineruns.tekton.dev,taskruns.tekton.dev,pods,configmaps,secrets,persistentvolumeclaims,events';
  const { items } = JSON.parse(await kubectl(['-n', space, 'get', kinds, '-o', 'json'])) as {
    items: KubernetesObject[];
  };
  const name = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;
  const found = items.filter((object) => {
    const binaries = Object.values(object.binaryData ?? {}).map((text) => Buffer.from(text, 'base64'));
    return [Buffer.from(JSON.stringify(object)), ...binaries].some(holdsToken);
  });
  return { all: items.map(name), found: found.map(name) };
}

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly binaryData?: Readonly<Record<string, string>>;
}
