import { SlipwayError } from '../../protocol/index.ts';
import type { Companion, CompanionChoice } from '../../protocol/index.ts';
import type { FolderEntry, JobFolder } from '../folder.ts';
import { isSafeName, isWithin, joinPath, quoted } from '../paths.ts';
import { environmentReason, fileReason, folderReason, looksSecret, secretReason } from './defaultRules.ts';
import { leadsInto, mayMatchIn } from './globs.ts';
import type { PathGlob } from './globs.ts';
import { ignoreFileName, judge, readIgnoreFile } from './ignoreFile.ts';
import type { IgnoreFile } from './ignoreFile.ts';
import type { WalkLimits } from './limits.ts';
import { tooMuchError } from './limits.ts';

export interface WalkOptions {
  /** Paths that are not looked at: the notebook itself, which is staged from its text. */
  readonly skip: ReadonlySet<string>;
  /** Of the notebook; undefined for a command. */
  readonly notebookCode: string | undefined;
  /** Undefined: the default rules choose. */
  readonly include: readonly PathGlob[] | undefined;
  readonly exclude: readonly PathGlob[];
  /** The tests folder. `asked`: it is taken even where the rules would leave it. */
  readonly tests: { readonly path: string; readonly asked: boolean } | undefined;
  readonly limits: WalkLimits;
}

export interface Walk {
  /** Every file that travels, tests among them. */
  readonly files: readonly Companion[];
  readonly ignored: CompanionChoice['ignored'];
  /** The include globs that matched something. */
  readonly matched: ReadonlySet<PathGlob>;
}

/** How a folder is looked at: by the default rules, or only for what a glob or the tests folder names in it. */
type Mode = 'rules' | 'named';

type Verdict = { readonly take: true } | { readonly take: false; readonly reason?: string };

const take: Verdict = { take: true };
const pass: Verdict = { take: false };
const leave = (reason: string): Verdict => ({ take: false, reason });

/**
 * Walks a job's folder and judges every file. Folders that stay are not looked into.
 * @throws SlipwayError `files.refused` when there is too much, or when a named file is not one that can travel
 */
export async function walkFolder(folder: JobFolder, options: WalkOptions, signal: AbortSignal): Promise<Walk> {
  const walker = new FolderWalker(folder, options, signal);
  await walker.enter('', options.include === undefined ? 'rules' : 'named', [], 0);
  return walker;
}

class FolderWalker implements Walk {
  readonly files: Companion[] = [];
  readonly ignored: CompanionChoice['ignored'] = [];
  readonly matched = new Set<PathGlob>();
  readonly #folder: JobFolder;
  readonly #options: WalkOptions;
  readonly #signal: AbortSignal;
  #entries = 0;
  #bytes = 0;

  constructor(folder: JobFolder, options: WalkOptions, signal: AbortSignal) {
    this.#folder = folder;
    this.#options = options;
    this.#signal = signal;
  }

  async enter(path: string, mode: Mode, outerIgnores: readonly IgnoreFile[], depth: number): Promise<void> {
    this.#signal.throwIfAborted();
    const entries = [...(await this.#folder.list(path, this.#signal))].sort((a, b) => (a.name < b.name ? -1 : 1));
    const environment = path === '' ? undefined : environmentReason(new Set(entries.map((entry) => entry.name)));
    if (environment !== undefined && !this.#isNamed(path)) {
      if (mode === 'rules') this.ignored.push({ path: `${path}/`, reason: environment });
      return;
    }
    this.#entries += entries.length;
    const { limits } = this.#options;
    if (this.#entries > limits.entries || depth > limits.depth) throw this.#tooMuch(depth > limits.depth);
    const hasIgnoreFile = entries.some((entry) => entry.name === ignoreFileName && entry.kind === 'file');
    const ignores = hasIgnoreFile
      ? [...outerIgnores, await readIgnoreFile(this.#folder, path, this.#signal)]
      : outerIgnores;
    for (const entry of entries) {
      const entryPath = joinPath(path, entry.name);
      if (!isSafeName(entry.name)) this.ignored.push({ path: entryPath, reason: 'its name could lead elsewhere' });
      else if (entry.kind === 'folder') await this.#visitFolder(entryPath, entry.name, mode, ignores, depth);
      else this.#visitFile(entryPath, entry, mode, ignores);
    }
  }

  async #visitFolder(
    path: string,
    name: string,
    mode: Mode,
    ignores: readonly IgnoreFile[],
    depth: number,
  ): Promise<void> {
    const { tests, exclude } = this.#options;
    if (tests?.asked === true && path === tests.path) {
      // Rules that leave the whole folder do not count against a folder that was asked for; those for files in it do.
      const inner = judge(ignores, `${path}/`) === 'ignored' ? [] : ignores;
      return this.enter(path, 'rules', inner, depth + 1);
    }
    const excluded = exclude.some((glob) => glob.matches(path));
    const byRule = folderReason(name);
    const reason = excluded
      ? 'files.exclude'
      : (byRule ?? (judge(ignores, `${path}/`) === 'ignored' ? ignoreFileName : undefined));
    const inTests = this.#isTest(path);
    if (reason === undefined && (mode === 'rules' || inTests)) return this.enter(path, 'rules', ignores, depth + 1);
    if (reason !== undefined && mode === 'rules') this.ignored.push({ path: `${path}/`, reason });
    if (this.#leadsToTests(path, reason) || (!excluded && this.#mayHoldIncluded(path, reason, byRule))) {
      return this.enter(path, 'named', ignores, depth + 1);
    }
  }

  /** Whether an include glob may want something in this folder, which the rules alone would leave for `reason`. */
  #mayHoldIncluded(path: string, reason: string | undefined, byRule: string | undefined): boolean {
    return (this.#options.include ?? []).some((glob) => {
      if (byRule !== undefined) return leadsInto(glob, path);
      return mayMatchIn(glob, path) && (reason === undefined || glob.base !== '');
    });
  }

  #leadsToTests(path: string, reason: string | undefined): boolean {
    const { tests } = this.#options;
    return tests !== undefined && isWithin(tests.path, path) && (tests.asked || reason === undefined);
  }

  #isTest(path: string): boolean {
    const { tests } = this.#options;
    return tests !== undefined && tests.path !== '' && isWithin(path, tests.path);
  }

  /** True when a glob names this folder or something in it. */
  #isNamed(path: string): boolean {
    const { include, tests } = this.#options;
    return (
      (include ?? []).some((glob) => leadsInto(glob, path)) || (tests?.asked === true && isWithin(tests.path, path))
    );
  }

  #visitFile(path: string, entry: FolderEntry, mode: Mode, ignores: readonly IgnoreFile[]): void {
    if (this.#options.skip.has(path)) {
      for (const glob of this.#options.include ?? []) if (glob.matches(path)) this.matched.add(glob);
      return;
    }
    const verdict = this.#judgeFile(path, entry, mode, ignores);
    if (!verdict.take) {
      if (verdict.reason !== undefined) this.ignored.push({ path, reason: verdict.reason });
      return;
    }
    this.files.push({ path, bytes: entry.bytes });
    this.#bytes += entry.bytes;
    const { limits } = this.#options;
    if (this.files.length > limits.files || this.#bytes > limits.bytes) throw this.#tooMuch(false);
  }

  #judgeFile(path: string, entry: FolderEntry, mode: Mode, ignores: readonly IgnoreFile[]): Verdict {
    const { exclude, notebookCode } = this.#options;
    if (exclude.some((glob) => glob.matches(path))) return leave('files.exclude');
    if (entry.kind !== 'file') {
      if (this.#namesOther(path, entry.kind)) throw this.#cannotTravel(path, entry.kind);
      if (mode === 'named') return pass;
      return leave(entry.kind === 'link' ? 'links outside the folder' : 'not a regular file');
    }
    if (this.#isIncluded(path)) return take;
    const inTests = this.#isTest(path);
    if (mode === 'named' && !inTests) return pass;
    if (looksSecret(path)) return leave(secretReason);
    const judged = judge(ignores, path);
    if (judged === 'ignored') return leave(ignoreFileName);
    if (entry.name === ignoreFileName) return pass;
    const reason = judged === 'kept' ? undefined : fileReason(path, { notebookCode, inTests });
    return reason === undefined ? take : leave(reason);
  }

  #isIncluded(path: string): boolean {
    const secret = looksSecret(path);
    const globs = (this.#options.include ?? []).filter((glob) => glob.matches(path) && (glob.names || !secret));
    for (const glob of globs) this.matched.add(glob);
    return globs.length > 0;
  }

  /** True when a glob names something that is no file. What lies behind a link is not listed: its name means the link. */
  #namesOther(path: string, kind: FolderEntry['kind']): boolean {
    return (this.#options.include ?? []).some(
      (glob) => (kind === 'link' && leadsInto(glob, path)) || (glob.names && glob.matches(path)),
    );
  }

  #cannotTravel(path: string, kind: FolderEntry['kind']): SlipwayError {
    const why = kind === 'link' ? 'it is a link that leaves the folder' : 'it is not a regular file';
    return new SlipwayError('files.refused', `files.include names ${quoted(path)}, but ${why}.`, {
      action: 'Copy what is needed into the folder, or remove it from files.include.',
    });
  }

  #tooMuch(tooDeep: boolean): SlipwayError {
    return tooMuchError(
      this.#folder.label,
      { files: this.files, entries: this.#entries, bytes: this.#bytes, tooDeep },
      this.#options.limits,
    );
  }
}
