import ignore from 'ignore';
import { environmentReason, fileReason, folderReason, looksSecret, secretReason } from './defaultRules.ts';
import { ignoreFileName, judge, type IgnoreFile } from './ignoreFile.ts';
import { nameOf } from '../paths.ts';

export { ignoreFileName };

/** What stays of a whole tree that is copied: the rules for what travels with a run, without those about runs. */
export class TreeRules {
  readonly #ignores: readonly IgnoreFile[];
  readonly #environments: ReadonlySet<string>;

  /**
   * @param paths of everything in the tree
   * @param ignoreFiles the text of each `.slipwayignore` in it, by the folder that it lies in; the tree's own is the empty path
   */
  constructor(paths: Iterable<string>, ignoreFiles: ReadonlyMap<string, string>) {
    const folders = [...ignoreFiles].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#ignores = folders.map(([folder, text]) => ({ folder, rules: ignore({ ignorecase: false }).add(text) }));
    this.#environments = new Set(environmentsIn(paths));
  }

  /** Why something stays; undefined where it is copied. What lies in a folder that stays is not asked for. */
  reason(path: string, isFolder: boolean): string | undefined {
    const name = nameOf(path);
    const around = this.#ignores.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
    const judged = judge(around, isFolder ? `${path}/` : path);
    if (isFolder) {
      const byRule = folderReason(name) ?? (this.#environments.has(path) ? 'virtual environment' : undefined);
      return byRule ?? (judged === 'ignored' ? ignoreFileName : undefined);
    }
    if (looksSecret(path)) return secretReason;
    if (judged === 'ignored') return ignoreFileName;
    // The list itself goes along, so that both ends have the same rules.
    if (judged === 'kept' || name === ignoreFileName) return undefined;
    return fileReason(path, { notebookCode: undefined, inTests: true });
  }
}

/** Folders that are what they are by what lies in them. */
function* environmentsIn(paths: Iterable<string>): Generator<string> {
  for (const path of paths) {
    const cut = path.lastIndexOf('/');
    if (cut > 0 && environmentReason(new Set([path.slice(cut + 1)])) !== undefined) yield path.slice(0, cut);
  }
}
