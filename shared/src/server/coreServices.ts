import { existsSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import type { ArtifactService } from '../artifacts/index.ts';
import type { JobFolder } from '../jobs/index.ts';
import { type ContextEntry, type Folder, SlipwayError } from '../protocol/index.ts';
import type { RunService } from '../runs/index.ts';
import type { ClusterTarget, RunTarget } from '../targets/index.ts';
import type { CoreEnvironment } from './core.ts';
import { createDiskFolder } from './folders/diskFolder.ts';
import { createHostFolder } from './folders/hostFolder.ts';
import type { HostFiles } from './session.ts';

/** The parts that all sessions share, each loaded when it is first asked for: a core must start fast and stay small. */
export class CoreServices {
  readonly #environment: CoreEnvironment;
  readonly #onError: (error: unknown) => void;
  readonly #hosts = new Map<string, HostFiles>();
  readonly #clusters: ClusterTarget[] = [];
  #trigger: string | undefined;
  #contextsFault: SlipwayError | undefined;
  #targets: Promise<ReadonlyMap<string, RunTarget>> | undefined;
  #runs: Promise<RunService> | undefined;
  #artifacts: Promise<ArtifactService> | undefined;

  /** @param onError told of failures that no request waits for */
  constructor(environment: CoreEnvironment, onError: (error: unknown) => void) {
    this.#environment = environment;
    this.#onError = onError;
  }

  runs(): Promise<RunService> {
    this.#runs ??= this.#loadRuns();
    return this.#runs;
  }

  /** Says which host this core is for, before the targets are asked for: runs are labelled with who started them. */
  startedBy(host: string): void {
    this.#trigger ??= host;
  }

  /** The contexts in the order in which they are shown. What is wrong with their file is told once and hides no other. */
  async contexts(): Promise<readonly string[]> {
    return [...(await this.targets()).keys()];
  }

  /** The targets by context name; a cluster's connects when it is first used. */
  targets(): Promise<ReadonlyMap<string, RunTarget>> {
    this.#targets ??= this.#loadTargets();
    return this.#targets;
  }

  /** @throws SlipwayError `context.unknown`; the fault of the contexts' file where that may be why */
  async target(context: string): Promise<RunTarget> {
    const targets = await this.targets();
    const target = targets.get(context);
    if (target !== undefined) return target;
    if (this.#contextsFault !== undefined) throw this.#contextsFault;
    throw new SlipwayError('context.unknown', `There is no context ${JSON.stringify(context.slice(0, 100))}.`, {
      action: `Choose one of: ${[...targets.keys()].join(', ')}.`,
    });
  }

  artifacts(): Promise<ArtifactService> {
    this.#artifacts ??= this.#loadArtifacts();
    return this.#artifacts;
  }

  /**
   * Lets folders of kind `host` be read through `files` under the session's name, which comes before the host's own id:
   * two hosts may use the same id.
   */
  addHost(session: string, files: HostFiles): void {
    this.#hosts.set(session, files);
  }

  removeHost(session: string): void {
    this.#hosts.delete(session);
  }

  async dispose(): Promise<void> {
    // What could not be loaded has told so to those who asked for it, and holds nothing.
    const runs = await this.#runs?.catch(() => undefined);
    runs?.dispose();
    await Promise.all(this.#clusters.map((target) => target.dispose()));
  }

  #openFolder(folder: Folder): JobFolder {
    if (folder.kind === 'disk') {
      if (!isAbsolute(folder.path)) {
        throw new SlipwayError('path.refused', `The folder of the job is not an absolute path: ${folder.path}`);
      }
      return createDiskFolder(folder.path, homeRelative(folder.path, this.#environment.env.HOME));
    }
    const cut = folder.id.indexOf(':');
    const files = this.#hosts.get(folder.id.slice(0, cut));
    if (files === undefined) {
      throw new SlipwayError('files.refused', `Nobody answers for the files of ${folder.label}.`, {
        action: 'Save the notebook to a folder on disk, or update the host: it offers no access to its files.',
      });
    }
    return createHostFolder(folder.id.slice(cut + 1), folder.label, files);
  }

  async #loadTargets(): Promise<ReadonlyMap<string, RunTarget>> {
    const { createLocalTarget, openClusterTarget } = await import('../targets/index.ts');
    const targets = new Map<string, RunTarget>([['local', createLocalTarget(this.#environment)]]);
    for (const entry of await this.#contextEntries()) {
      const target = await openClusterTarget({
        ...this.#environment,
        entry,
        ...(this.#trigger !== undefined && { trigger: this.#trigger }),
        onNote: this.#environment.log,
        onError: this.#onError,
      });
      this.#clusters.push(target);
      targets.set(entry.name, target);
    }
    return targets;
  }

  /** A mistake in the file must not keep anybody from running here. */
  async #contextEntries(): Promise<readonly ContextEntry[]> {
    if (!existsSync(join(this.#environment.configDir, 'contexts.yaml'))) return [];
    const { readContexts } = await import('../identity/index.ts');
    try {
      return (await readContexts(this.#environment.configDir)).entries;
    } catch (error) {
      if (!SlipwayError.is(error)) throw error;
      this.#contextsFault = error;
      return [];
    }
  }

  async #loadRuns(): Promise<RunService> {
    const [{ createRunService }, targets] = await Promise.all([import('../runs/index.ts'), this.targets()]);
    const { now, randomHex, temporaryFolder } = this.#environment;
    const openFolder = (folder: Folder): JobFolder => this.#openFolder(folder);
    const contextsFault = this.#contextsFault;
    const onError = this.#onError;
    return createRunService({ targets, contextsFault, openFolder, now, randomHex, temporaryFolder, onError });
  }

  async #loadArtifacts(): Promise<ArtifactService> {
    const [module, targets] = await Promise.all([import('../artifacts/index.ts'), this.targets()]);
    return module.createArtifactService({ targets });
  }
}

/** A path as people write it: `~/projects/cells`. */
function homeRelative(path: string, home: string | undefined): string {
  if (home === undefined || home === '' || home === sep) return path;
  if (path === home) return '~';
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
