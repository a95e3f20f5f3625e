import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SignIn } from '../../kubernetes/index.ts';
import type { Config } from '../../identity/index.ts';
import { type ContextEntry, SlipwayError, type TokenStorage } from '../../protocol/index.ts';
import type { ClusterTarget, Disposable, RunTarget } from '../../targets/index.ts';
import type { CoreEnvironment } from '../core.ts';
import { watchConfig } from './watchConfig.ts';

export interface ContextTargetsOptions {
  readonly environment: CoreEnvironment;
  /** Who started this core: runs are labelled with it. */
  readonly trigger: () => string | undefined;
  /** Who asks where a context signs in with us; undefined for a context that does not. */
  readonly signInOf: (entry: ContextEntry) => SignIn | undefined;
  /** Told of failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}

interface OpenContext {
  readonly entry: ContextEntry;
  readonly target: ClusterTarget;
  readonly signIn: SignIn | undefined;
}

/**
 * A target for each context, kept as the configuration has them: `targets` is one map, changed in place, and who holds it sees
 * contexts come and go. What is wrong with the file is told once and hides no context that was there.
 */
export class ContextTargets {
  readonly targets = new Map<string, RunTarget>();
  readonly #options: ContextTargetsOptions;
  readonly #listeners = new Set<() => void>();
  #open: readonly OpenContext[] = [];
  #config: Config | undefined;
  #fault: SlipwayError | undefined;
  #loading: Promise<void> | undefined;
  #watch: Disposable | undefined;
  #disposed = false;

  constructor(options: ContextTargetsOptions) {
    this.#options = options;
  }

  /** What is wrong with the file, while something is. */
  get fault(): SlipwayError | undefined {
    return this.#fault;
  }

  get currentContext(): string {
    return this.#config?.currentContext ?? 'local';
  }

  get tokenStorage(): TokenStorage {
    return this.#config?.tokenStorage ?? 'auto';
  }

  entry(context: string): ContextEntry | undefined {
    return this.#open.find(({ entry }) => entry.name === context)?.entry;
  }

  get entries(): readonly ContextEntry[] {
    return this.#open.map(({ entry }) => entry);
  }

  /** The file has been read once. */
  async loaded(): Promise<this> {
    await (this.#loading ?? this.reload());
    return this;
  }

  /** Reads the file now; one reading at a time. */
  reload(): Promise<void> {
    const before = this.#loading ?? Promise.resolve();
    this.#loading = before.catch(() => undefined).then(() => this.#load());
    return this.#loading;
  }

  /** From now on changes that other programs make are seen. */
  async follow(): Promise<this> {
    await this.loaded();
    if (this.#watch !== undefined || this.#disposed) return this;
    this.#watch = watchConfig(this.#path, () => {
      this.reload().catch((error: unknown) => this.#options.onError(error));
    });
    return this;
  }

  /** Calls `listener` when contexts came, went or changed, another is the current one, or the file went wrong or right. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /**
   * Somebody signed in: what waits for that tries again at once. Where it is not who was there before, the target is opened anew,
   * so that nobody goes on with what another one saw. Undefined: somebody signed out.
   */
  async signedIn(context: string, user: string | undefined): Promise<void> {
    const open = this.#open.find(({ entry }) => entry.name === context);
    const before = open?.signIn?.user();
    if (open === undefined) return;
    if (user === undefined) {
      open.target.signedOut();
      return;
    }
    if (before === undefined || before === user) {
      open.target.signedIn();
      return;
    }
    this.#open = this.#open.filter((each) => each !== open);
    await this.reload();
    await this.#close(open.target);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#watch?.dispose();
    // What could not be loaded has told so to those who asked for it.
    await this.#loading?.catch(() => undefined);
    await Promise.all(this.#open.map(({ target }) => target.dispose()));
  }

  /** Absolute path of config.yaml; undefined where it is not there. */
  get file(): string | undefined {
    return existsSync(this.#path) ? this.#path : undefined;
  }

  get #path(): string {
    return join(this.#options.environment.configDir, 'config.yaml');
  }

  async #load(): Promise<void> {
    if (this.#disposed) return;
    const before = { open: this.#open, current: this.currentContext, fault: this.#fault?.message };
    if (this.targets.size === 0) await this.#addLocal();
    const config = await this.#read();
    if (config !== undefined) this.#config = config;
    const open: OpenContext[] = [];
    for (const entry of this.#config?.entries ?? []) {
      const same = before.open.find((each) => isDeepStrictEqual(each.entry, entry));
      open.push(same ?? (await this.#openContext(entry)));
    }
    const gone = before.open.filter((each) => !open.includes(each));
    const isSame =
      before.current === this.currentContext && before.fault === this.#fault?.message && isSameList(open, before.open);
    this.#open = open;
    this.#fill(open);
    if (!isSame) for (const listener of this.#listeners) listener();
    await Promise.all(gone.map(({ target }) => this.#close(target)));
  }

  /** In the order of the file, which is that in which they are shown. */
  #fill(open: readonly OpenContext[]): void {
    for (const name of [...this.targets.keys()]) if (name !== 'local') this.targets.delete(name);
    for (const { entry, target } of open) this.targets.set(entry.name, target);
  }

  async #addLocal(): Promise<void> {
    const { createLocalTarget } = await import('../../targets/index.ts');
    this.targets.set('local', createLocalTarget(this.#options.environment));
  }

  /** Undefined where the file cannot be used: a mistake in it must not keep anybody from running here. */
  async #read(): Promise<Config | undefined> {
    const { configDir } = this.#options.environment;
    const path = this.#path;
    this.#fault = undefined;
    // A core without contexts starts without what reads them.
    if (!existsSync(path)) return { path, currentContext: 'local', tokenStorage: 'auto', entries: [] };
    const { readConfig } = await import('../../identity/index.ts');
    try {
      return await readConfig(configDir);
    } catch (error) {
      if (!SlipwayError.is(error)) throw error;
      this.#fault = error;
      return undefined;
    }
  }

  async #openContext(entry: ContextEntry): Promise<OpenContext> {
    const { environment, trigger, signInOf, onError } = this.#options;
    const { openClusterTarget } = await import('../../targets/index.ts');
    const startedBy = trigger();
    const signIn = signInOf(entry);
    const target = await openClusterTarget({
      ...environment,
      entry,
      signIn,
      ...(startedBy !== undefined && { trigger: startedBy }),
      onNote: environment.log,
      onError,
    });
    return { entry, target, signIn };
  }

  async #close(target: ClusterTarget): Promise<void> {
    await target.dispose().catch((error: unknown) => this.#options.onError(error));
  }
}

function isSameList(one: readonly OpenContext[], other: readonly OpenContext[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
