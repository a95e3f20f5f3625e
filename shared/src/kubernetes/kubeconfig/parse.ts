import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { invalid, issueWords } from './faults.ts';
import { fileSchema } from './schema.ts';

/** An entry with the folder of its file: relative paths in it start there. */
export interface Entry {
  readonly value: unknown;
  readonly folder: string;
  /** The file, for messages. */
  readonly file: string;
}

/** An entry that was looked into. */
export interface Found<T> {
  readonly value: T;
  readonly folder: string;
  readonly file: string;
  /** `cluster "prod"`, for messages. */
  readonly owner: string;
}

/** One or several kubeconfig files as one. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
}

/**
 * A kubeconfig file's text; an empty one is an empty kubeconfig.
 * @param file its absolute path
 * @throws SlipwayError `kubeconfig.invalid` that names the line and never quotes it, since it may hold a token
 */
export function parseKubeconfig(text: string, file: string): Kubeconfig {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const line = fault.linePos?.[0].line;
    const where = line === undefined ? '' : ` in line ${line}`;
    throw invalid(`The kubeconfig ${file} is not valid YAML${where} (${fault.code}).`, 'Correct the file.');
  }
  const result = fileSchema.safeParse(toPlain(() => document.toJS() as unknown, file) ?? {});
  if (!result.success) {
    throw invalid(`The file ${file} is not a kubeconfig: ${issueWords(result.error)}.`, 'Name a kubeconfig file.');
  }
  const folder = dirname(file);
  const entries = (list: readonly { readonly name: string; readonly value: unknown }[]) => {
    const map = new Map<string, Entry>();
    for (const { name, value } of list) if (!map.has(name)) map.set(name, { value, folder, file });
    return map;
  };
  const { clusters, users, contexts } = result.data;
  return {
    files: [file],
    currentContext: result.data['current-context'],
    clusters: entries(clusters),
    users: entries(users),
    contexts: entries(contexts),
  };
}

/** Aliases that would grow without end are refused by the YAML library, and an alias may point nowhere. */
function toPlain(act: () => unknown, file: string): unknown {
  try {
    return act();
  } catch {
    throw invalid(`The kubeconfig ${file} has YAML aliases that cannot be resolved.`, 'Write it without aliases.');
  }
}

/** Several files as one: for every name, and for the current context, the first file wins. */
export function mergeKubeconfigs(list: readonly Kubeconfig[]): Kubeconfig {
  const merged = (pick: (one: Kubeconfig) => ReadonlyMap<string, Entry>) =>
    new Map(list.toReversed().flatMap((one) => [...pick(one)]));
  return {
    files: list.flatMap(({ files }) => files),
    currentContext: list.find(({ currentContext }) => currentContext !== undefined)?.currentContext,
    clusters: merged(({ clusters }) => clusters),
    users: merged(({ users }) => users),
    contexts: merged(({ contexts }) => contexts),
  };
}
