import { isAbsolute, sep } from 'node:path';
import type { SignInChange } from '../identity/index.ts';
import type { DevEnvService, OpenSpace, ThisMachine } from '../devenv/index.ts';
import type { ArtifactService } from '../artifacts/index.ts';
import type { JobFolder } from '../jobs/index.ts';
import {
  type Folder,
  type NotificationName,
  type NotificationParams,
  SlipwayError,
  unknownContext,
} from '../protocol/index.ts';
import type { RunService } from '../runs/index.ts';
import type { ClusterTarget, Disposable, RunTarget } from '../targets/index.ts';
import { ContextTargets } from './contexts/contextTargets.ts';
import { openIdentity } from './contexts/openIdentity.ts';
import { SignIns } from './contexts/signIns.ts';
import type { CoreEnvironment } from './core.ts';
import { createDiskFolder } from './folders/diskFolder.ts';
import { createHostFolder } from './folders/hostFolder.ts';
import { openMachine } from './devenvs/openMachine.ts';
import type { HostFiles, NotificationListener } from './session.ts';

/** The parts that all sessions share, each loaded when it is first asked for: a core must start fast and stay small. */
export class CoreServices {
  readonly #environment: CoreEnvironment;
  readonly #onError: (error: unknown) => void;
  readonly #hosts = new Map<string, HostFiles>();
  /** Who asks, where contexts sign in with us. */
  readonly signIns: SignIns;
  readonly #contexts: ContextTargets;
  readonly #listeners = new Set<NotificationListener>();
  /** By context, as JSON. */
  readonly #toldSignIns = new Map<string, string>();
  #trigger: string | undefined;
  #runs: Promise<RunService> | undefined;
  #artifacts: Promise<ArtifactService> | undefined;
  #devEnvs: Promise<DevEnvService> | undefined;
  #thisMachine: Promise<ThisMachine> | undefined;

  /** @param onError told of failures that no request waits for */
  constructor(environment: CoreEnvironment, onError: (error: unknown) => void) {
    this.#environment = environment;
    this.#onError = onError;
    this.signIns = new SignIns({
      configDir: environment.configDir,
      storage: () => this.#contexts.tokenStorage,
      open: (storage) => openIdentity(environment, storage),
    });
    this.signIns.onChange((change) => {
      this.signInChanged(change).catch(onError);
    });
    this.#contexts = new ContextTargets({
      environment,
      trigger: () => this.#trigger,
      signInOf: (entry) => this.signIns.signInOf(entry),
      onError,
    });
    this.#contexts.onChange(() => this.#contextsChanged());
  }

  runs(): Promise<RunService> {
    this.#runs ??= this.#loadRuns();
    return this.#runs;
  }

  /** Says which host this core is for, before the targets are asked for: runs are labelled with who started them. */
  startedBy(host: string): void {
    this.#trigger ??= host;
  }

  /** The contexts; a cluster's target connects when it is first used. */
  contexts(): Promise<ContextTargets> {
    return this.#contexts.loaded();
  }

  /** From now on changes that other programs make to contexts and sign-ins are seen. */
  async followContexts(): Promise<void> {
    const { entries } = await this.#contexts.follow();
    // Also sign-ins of other programs are told of, for which somebody has to look.
    for (const entry of entries) if (entry.oidc !== undefined) this.signIns.status(entry).catch(this.#onError);
  }

  /** Calls `listener` with what every session is told. */
  onNotification(listener: NotificationListener): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** @throws SlipwayError `context.unknown`; the fault of the contexts' file where that may be why */
  async target(context: string): Promise<RunTarget> {
    const { targets, fault } = await this.contexts();
    const target = targets.get(context);
    if (target !== undefined) return target;
    if (fault !== undefined) throw fault;
    throw unknownContext(context, [...targets.keys()]);
  }

  /** @throws SlipwayError `target.unsupported` for this machine, and as `target` */
  async cluster(context: string): Promise<ClusterTarget> {
    const target = await this.target(context);
    const { isClusterTarget } = await import('../targets/index.ts');
    if (isClusterTarget(target)) return target;
    throw new SlipwayError('target.unsupported', `The context ${context} is this machine, and no cluster.`, {
      action: 'Choose a cluster context with --context.',
    });
  }

  /** The space of a cluster context, for what is no run. @throws as `cluster`, and SlipwayError `kubeconfig.invalid` */
  readonly space: OpenSpace = async (context) => ({ context, ...(await (await this.cluster(context)).access()) });

  /** The lives of DevEnvs; one for all sessions, which share what it watches. */
  devEnvs(): Promise<DevEnvService> {
    this.#devEnvs ??= this.#loadDevEnvs();
    return this.#devEnvs;
  }

  /** SSH on this machine. */
  thisMachine(): Promise<ThisMachine> {
    this.#thisMachine ??= openMachine(this.#environment);
    return this.#thisMachine;
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
    const devEnvs = await this.#devEnvs?.catch(() => undefined);
    devEnvs?.dispose();
    await this.#contexts.dispose();
    await this.signIns.dispose();
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

  #contextsChanged(): void {
    const { targets, currentContext } = this.#contexts;
    this.#runs?.then(
      (runs) => runs.contextsChanged(),
      // What could not be loaded has told so to those who asked for it.
      () => undefined,
    );
    this.#devEnvsMayGoOn();
    this.#tell('contexts/changed', { contexts: [...targets.keys()], current: currentContext });
  }

  #devEnvsMayGoOn(): void {
    this.#devEnvs?.then(
      (devEnvs) => devEnvs.contextsChanged(),
      // What could not be loaded has told so to those who asked for it.
      () => undefined,
    );
  }

  /**
   * Somebody signed in or out: what waits for a sign-in tries again at once, another person gets connections of their own, and every
   * session is told what is new to it.
   */
  async signInChanged(change: SignInChange): Promise<void> {
    const { entries } = this.#contexts;
    for (const entry of entries) {
      const { oidc, name } = entry;
      if (oidc?.issuer !== change.issuer || oidc.clientId !== change.clientId) continue;
      const signIn = await this.signIns.status(entry);
      await this.#contexts.signedIn(name, signIn.state === 'signedIn' ? signIn.user : undefined);
      if (signIn.state === 'signedIn') this.#devEnvsMayGoOn();
      const told = JSON.stringify(signIn);
      if (this.#toldSignIns.get(name) === told) continue;
      this.#toldSignIns.set(name, told);
      this.#tell('identity/changed', { context: name, signIn });
    }
  }

  #tell<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void {
    for (const listener of this.#listeners) listener(name, params);
  }

  async #loadRuns(): Promise<RunService> {
    const [{ createRunService }, contexts] = await Promise.all([import('../runs/index.ts'), this.contexts()]);
    const { now, randomHex, temporaryFolder } = this.#environment;
    const openFolder = (folder: Folder): JobFolder => this.#openFolder(folder);
    const { targets } = contexts;
    const contextsFault = (): SlipwayError | undefined => contexts.fault;
    const onError = this.#onError;
    return createRunService({ targets, contextsFault, openFolder, now, randomHex, temporaryFolder, onError });
  }

  async #loadDevEnvs(): Promise<DevEnvService> {
    const { openDevEnvService } = await import('../devenv/index.ts');
    const { now, randomHex } = this.#environment;
    return openDevEnvService({
      space: this.space,
      contexts: async () => (await this.contexts()).entries.map(({ name }) => name),
      now,
      random: () => Number.parseInt(randomHex(4), 16) / 2 ** 32,
      onError: this.#onError,
    });
  }

  async #loadArtifacts(): Promise<ArtifactService> {
    const [module, { targets }] = await Promise.all([import('../artifacts/index.ts'), this.contexts()]);
    return module.createArtifactService({ targets });
  }
}

/** A path as people write it: `~/projects/cells`. */
function homeRelative(path: string, home: string | undefined): string {
  if (home === undefined || home === '' || home === sep) return path;
  if (path === home) return '~';
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
