import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Document, isMap, parseDocument, YAMLSeq } from 'yaml';
import { contextEntrySchema, contextsFileSchema, SlipwayError, type ContextEntry } from '../protocol/index.ts';

/** The contexts of this person, beside `local`, which is always there. */
export interface Contexts {
  readonly path: string;
  readonly entries: readonly ContextEntry[];
}

/** Where the contexts stand: a file that people may edit. */
export function contextsPath(configDir: string): string {
  return join(configDir, 'contexts.yaml');
}

/**
 * Reads the contexts; none where there is no file.
 * @param configDir absolute path of Slipway's configuration folder
 * @throws SlipwayError `context.invalid` that says where the file is wrong
 */
export async function readContexts(configDir: string): Promise<Contexts> {
  const path = contextsPath(configDir);
  const text = await readText(path);
  return { path, entries: text === undefined ? [] : parseContexts(text, path) };
}

/**
 * The contexts in a file's text. Pure.
 * @throws SlipwayError `context.invalid`
 */
export function parseContexts(text: string, path: string): readonly ContextEntry[] {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) {
    throw invalid(path, `line ${fault.linePos?.[0].line ?? 1}: ${fault.message.split('\n')[0] ?? ''}`, fault);
  }
  const content = contentOf(document, path);
  if (content === null || content === undefined) return [];
  const outcome = contextsFileSchema.safeParse(content);
  if (!outcome.success) {
    const issue = outcome.error.issues[0];
    throw invalid(path, `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'unknown reason'}`, undefined);
  }
  const names = outcome.data.contexts.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(path, `the context ${twice} stands there twice`, undefined);
  return outcome.data.contexts;
}

/** @throws SlipwayError `context.invalid` for an alias of something that is not there, or for too many of them */
function contentOf(document: Document, path: string): unknown {
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    return content;
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : 'it cannot be read', error);
  }
}

/**
 * Adds a context, or puts it in the place of the one of its name; the rest of the file, comments included, stays.
 * @throws SlipwayError `context.invalid` when the file that is there cannot be read
 */
export async function saveContext(configDir: string, entry: ContextEntry): Promise<void> {
  const checked = contextEntrySchema.parse(entry);
  await change(
    configDir,
    (contexts, at) => {
      if (at >= 0) contexts.set(at, checked);
      else contexts.add(checked);
    },
    checked.name,
  );
}

/** Takes a context out; false where it was not there. */
export async function removeContext(configDir: string, name: string): Promise<boolean> {
  let found = false;
  await change(
    configDir,
    (contexts, at) => {
      found = at >= 0;
      if (found) contexts.delete(at);
    },
    name,
  );
  return found;
}

async function change(configDir: string, edit: (contexts: YAMLSeq, at: number) => void, name: string): Promise<void> {
  const path = contextsPath(configDir);
  const text = (await readText(path)) ?? '';
  parseContexts(text, path);
  const document: Document = text.trim() === '' ? new Document({ contexts: [] }) : parseDocument(text);
  if (!isMap(document.contents)) document.contents = document.createNode({ contexts: [] });
  const found: unknown = document.get('contexts', true);
  const contexts = found instanceof YAMLSeq ? found : new YAMLSeq();
  if (contexts !== found) document.set('contexts', contexts);
  const at = contexts.items.findIndex((item) => isMap(item) && item.get('name') === name);
  edit(contexts, at);
  await writeWhole(path, String(document));
}

/** A reader sees the old file or the new one, never a part. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, text, { mode: 0o600 });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SlipwayError('context.invalid', `The contexts cannot be read: ${path}.`, { cause: error });
  }
}

function invalid(path: string, why: string, cause: unknown): SlipwayError {
  return new SlipwayError('context.invalid', `${path} is not a list of contexts: ${why}.`, {
    action: 'Correct the file; docs/guide/contexts.md shows what stands in it.',
    cause,
  });
}
