import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import type { Document } from 'yaml';
import { isMap, YAMLMap, YAMLSeq } from 'yaml';
import {
  configVersion,
  contextEntrySchema,
  SlipwayError,
  unknownContext,
  type ContextEntry,
} from '../../protocol/index.ts';
import { notWritable, withConfigLock } from './configLock.ts';
import { configPath, readConfigText } from './configFile.ts';
import { parseConfig, parseYaml, type Config } from './parseConfig.ts';

/**
 * Adds contexts, or puts them in the place of those of their names; the rest of the file, comments included, stays.
 * @throws SlipwayError `context.exists` without `replace`; `context.invalid`, `config.newer`, and nothing is written
 */
export async function saveContexts(
  configDir: string,
  entries: readonly ContextEntry[],
  options: { readonly replace: boolean; readonly currentContext?: string | undefined },
): Promise<void> {
  const checked = entries.map((entry) => contextEntrySchema.parse(entry));
  await change(configDir, (document, config) => {
    const there = checked.filter(({ name }) => config.entries.some((entry) => entry.name === name));
    if (there.length > 0 && !options.replace) throw exists(there.map(({ name }) => name));
    const contexts = contextsOf(document);
    for (const entry of checked) {
      const at = indexOf(contexts, entry.name);
      if (at >= 0) contexts.set(at, document.createNode(entry));
      else contexts.add(document.createNode(entry));
    }
    if (options.currentContext !== undefined) document.set('currentContext', options.currentContext);
    return 'changed';
  });
}

/** One context, whether or not it is there. */
export function saveContext(configDir: string, entry: ContextEntry): Promise<void> {
  return saveContexts(configDir, [entry], { replace: true });
}

/** Takes a context out; false where it was not there. Where it was the current one, `local` is from now on. */
export async function removeContext(configDir: string, name: string): Promise<boolean> {
  let found = false;
  await change(configDir, (document) => {
    const contexts = contextsOf(document);
    const at = indexOf(contexts, name);
    found = at >= 0;
    if (!found) return 'unchanged';
    contexts.delete(at);
    if (document.get('currentContext') === name) document.delete('currentContext');
    return 'changed';
  });
  return found;
}

/** Makes a context the current one. @throws SlipwayError `context.unknown` */
export async function useContext(configDir: string, name: string): Promise<void> {
  await change(configDir, (document, config) => {
    if (config.currentContext === name) return 'unchanged';
    if (name !== 'local') mustHave(config, name);
    if (name === 'local') document.delete('currentContext');
    else document.set('currentContext', name);
    return 'changed';
  });
}

/** Changes the space of a context. @throws SlipwayError `context.unknown`, `context.invalid` for what is no namespace */
export async function setContextSpace(configDir: string, name: string, namespace: string): Promise<void> {
  await change(configDir, (document, config) => {
    const entry = mustHave(config, name);
    if (entry.namespace === namespace) return 'unchanged';
    if (!contextEntrySchema.safeParse({ ...entry, namespace }).success) {
      throw new SlipwayError('context.invalid', `${JSON.stringify(namespace.slice(0, 100))} is no name of a space.`, {
        action: `See "slipway context spaces ${name}".`,
      });
    }
    const contexts = contextsOf(document);
    contexts.setIn([indexOf(contexts, name), 'namespace'], namespace);
    return 'changed';
  });
}

/**
 * Puts a whole text in the file's place, as a person edited it.
 * @param before the text that they began with
 * @throws SlipwayError `context.invalid`, `config.newer`; `run.conflict` where the file has changed meanwhile
 */
export async function replaceConfig(configDir: string, before: string, text: string): Promise<void> {
  const path = configPath(configDir);
  parseConfig(text, path);
  await withConfigLock(path, async () => {
    if (((await readConfigText(path)) ?? '') === before) return writeWhole(path, text);
    throw new SlipwayError('run.conflict', `Another program has changed ${path} meanwhile.`, { action: 'Try again.' });
  });
}

type Edit = (document: Document, config: Config) => 'changed' | 'unchanged';

async function change(configDir: string, edit: Edit): Promise<void> {
  const path = configPath(configDir);
  await withConfigLock(path, async () => {
    const text = (await readConfigText(path)) ?? '';
    const document = documentOf(text, path);
    if (edit(document, parseConfig(text, path)) === 'unchanged') return;
    const changed = String(document);
    parseConfig(changed, path);
    await writeWhole(path, changed);
  });
}

function documentOf(text: string, path: string): Document {
  const document = parseYaml(text, path);
  if (!isMap(document.contents)) document.contents = document.createNode({ version: configVersion, contexts: [] });
  else if (!document.has('version')) document.contents.items.unshift(document.createPair('version', configVersion));
  return document;
}

function contextsOf(document: Document): YAMLSeq {
  const found: unknown = document.get('contexts', true);
  if (found instanceof YAMLSeq) {
    // `contexts: []` as it stands in a file that had none.
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  const contexts = new YAMLSeq();
  document.set('contexts', contexts);
  return contexts;
}

function indexOf(contexts: YAMLSeq, name: string): number {
  return contexts.items.findIndex((item) => item instanceof YAMLMap && item.get('name') === name);
}

function mustHave(config: Config, name: string): ContextEntry {
  const entry = config.entries.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  throw unknownContext(name, ['local', ...config.entries.map((each) => each.name)]);
}

function exists(names: readonly string[]): SlipwayError {
  const words = names.length === 1 ? `The context ${names[0] ?? ''} is` : `The contexts ${names.join(', ')} are`;
  return new SlipwayError('context.exists', `${words} there already.`, {
    action: 'Replace it, or give the new one another name.',
  });
}

/** A reader sees the old file or the new one, never a part. Where it is a link, the file behind it is written. */
async function writeWhole(path: string, text: string): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const partial = `${real}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await writeFile(partial, text, { mode: 0o600, flag: 'wx' });
    await rename(partial, real);
  } catch (error) {
    await rm(partial, { force: true });
    throw notWritable(path, error);
  }
}
