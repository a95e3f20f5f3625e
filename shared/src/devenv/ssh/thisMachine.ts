import { isAbsolute } from 'node:path';
import type { Clock } from '../../kubernetes/index.ts';
import {
  devEnvUser,
  devEnvWorkspace,
  SlipwayError,
  type DevEnvConnection,
  type DevEnvDevice,
} from '../../protocol/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { fingerprintOf } from '../keys/index.ts';
import { hostName, nameMeant } from '../names/index.ts';
import { devicesOf, withKey, withoutKey } from './authorizedKeys.ts';
import { conflictsOf } from './conflicts.ts';
import { defaultUserConfig, editUserConfig, removeIfEmpty } from './editUserConfig.ts';
import { filePath, hostSettings, renderConfig } from './hostConfig.ts';
import { pinnedKey, withoutPin, withPin } from './knownHosts.ts';
import { installLauncher, type CoreFiles } from './launcher.ts';
import { changeAuthorizedKeys, readLoginSecret, type LoginSecret, type SecretPlace } from './loginSecret.ts';
import { createLoginKeys } from './loginKeys.ts';
import { openMachineFiles, type MachineFiles } from './machineFiles.ts';
import { shellWord } from './quoting.ts';
import { checkHost, type KnownHost } from './sshHost.ts';
import { askSsh, findSsh } from './sshProgram.ts';
import { readState, writeState } from './sshState.ts';
import { withoutSection, withSection, type Section } from './userConfig.ts';

export interface ThisMachineOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** For people: the comment of its key. */
  readonly name: string;
  readonly core: CoreFiles;
  readonly clock: Clock;
  /** Told what a person should know although it works. */
  readonly tell: (note: string) => void;
}

export interface ConnectOptions {
  readonly include: boolean;
  /** Absolute. */
  readonly sshConfigFile?: string | undefined;
  /** The DevEnv was made anew on purpose: its host key replaces the one that is pinned. */
  readonly acceptNewHostKey?: boolean | undefined;
}

type SpaceOf = Pick<SpaceAccess, 'context' | 'api'>;

/** SSH on this machine: its keys, what it knows of DevEnvs, and the person's ssh config. */
export class ThisMachine {
  readonly keys: LoginKeys;
  readonly #options: ThisMachineOptions;
  readonly #files: MachineFiles;

  constructor(options: ThisMachineOptions) {
    this.#options = options;
    const { dataDir, platform, clock, tell } = options;
    this.#files = openMachineFiles({ dataDir, platform, now: clock.now, tell });
    this.keys = createLoginKeys(this.#files, options.name);
  }

  /**
   * Makes `ssh HOST` work here: this machine's key in the DevEnv's Secret, its host key pinned, our config written, and included.
   * @throws SlipwayError `devenv.notFound`, `ssh.hostKey`, `ssh.config`, `ssh.missing`, and what the cluster refuses
   */
  async connect(space: SpaceOf, name: string, options: ConnectOptions, signal: AbortSignal): Promise<DevEnvConnection> {
    const known = knownHost(space, name);
    checkHost(known);
    const { acceptNewHostKey = false } = options;
    const ssh = await findSsh(this.#options.env, this.#options.platform);
    const section = options.include && ssh !== undefined ? this.#section(options.sshConfigFile) : undefined;
    const { hostKey } = await this.#addKey(space, known, acceptNewHostKey, signal);
    await this.#files.locked(async () => {
      await this.#pin(known, hostKey, acceptNewHostKey);
      await this.#writeOurs(known);
      if (section !== undefined) await this.#include(section);
    });
    const conflicts =
      section === undefined || ssh === undefined ? [] : await this.#conflicts(ssh, known, section, signal);
    return this.#connection(known, hostKey, section, conflicts);
  }

  /**
   * Lets this machine log in, and no program of a person's: its key in the DevEnv's Secret, and the host key pinned.
   * @returns whether its key was not there
   * @throws SlipwayError as `connect` does
   */
  async introduce(space: SpaceOf, name: string, signal: AbortSignal): Promise<boolean> {
    const known = knownHost(space, name);
    checkHost(known);
    const { hostKey, isNew } = await this.#addKey(space, known, false, signal);
    await this.#files.locked(() => this.#pin(known, hostKey, false));
    return isNew;
  }

  /** Lets this machine log in to a DevEnv that was just made; before it starts nothing has to be waited for. */
  async authorize(space: SpaceOf, name: string, signal: AbortSignal): Promise<void> {
    const line = await this.keys.publicKeyLine();
    await changeAuthorizedKeys(this.#place(space, name), ({ authorizedKeys }) => withKey(authorizedKeys, line), signal);
  }

  /** The machines that may log in. */
  async devices(space: SpaceOf, name: string, signal: AbortSignal): Promise<DevEnvDevice[]> {
    const { authorizedKeys } = await readLoginSecret(this.#place(space, name), signal);
    return devicesOf(authorizedKeys, await this.#ownFingerprint());
  }

  /** Lets a machine log in no more; sessions of it that are open go on. @throws SlipwayError `ssh.refused` where it may not anyway */
  async removeDevice(space: SpaceOf, name: string, fingerprint: string, signal: AbortSignal): Promise<DevEnvDevice[]> {
    const place = this.#place(space, name);
    const before = devicesOf((await readLoginSecret(place, signal)).authorizedKeys, undefined);
    const without = (secret: LoginSecret): string => withoutKey(secret.authorizedKeys, fingerprint);
    const { authorizedKeys } = await changeAuthorizedKeys(place, without, signal);
    if (before.some((device) => device.fingerprint === fingerprint)) {
      return devicesOf(authorizedKeys, await this.#ownFingerprint());
    }
    throw new SlipwayError('ssh.refused', `No machine with the key ${oneLine(fingerprint)} may log in to ${name}.`, {
      action: `See who may: slipway devenv devices ${name}`,
    });
  }

  /** Takes everything of ours out of a person's ssh config, and our own config file with it; the files that were changed. */
  async removeConfig(sshConfigFile: string | undefined): Promise<string[]> {
    return this.#files.locked(async () => {
      const { files, paths } = this.#files;
      const state = await readState(this.#files);
      const asked = this.#section(sshConfigFile);
      const sections = [...state.sections.map(({ file, kind }) => ({ file, kind })), asked, this.#section(undefined)];
      const changed: string[] = [];
      for (const [index, { file, kind }] of sections.entries()) {
        if (sections.findIndex((each) => each.file === file && each.kind === kind) !== index) continue;
        const done = await editUserConfig(files, file, (before) =>
          withoutSection(before, { kind, path: filePath(paths.config, this.#options.platform) }),
        );
        if (done !== 'same') changed.push(file);
        if (state.sections.some((each) => each.file === file && each.made)) await removeIfEmpty(files, file);
      }
      if ((await this.#files.read(paths.config)) !== undefined) {
        await files.rm(paths.config, { force: true });
        changed.push(paths.config);
      }
      await writeState(this.#files, { ...state, hosts: [], sections: [] });
      return changed;
    });
  }

  /** A DevEnv was deleted: this machine knows it no more. */
  async forget(space: SpaceOf, name: string): Promise<void> {
    const { host } = knownHost(space, name);
    await this.#files.locked(async () => {
      const { paths, read, write } = this.#files;
      const pins = (await read(paths.knownHosts)) ?? '';
      if (pinnedKey(pins, host) !== undefined) await write(paths.knownHosts, withoutPin(pins, host));
      const state = await readState(this.#files);
      const hosts = state.hosts.filter((known) => known.host !== host);
      if (hosts.length === state.hosts.length) return;
      await writeState(this.#files, { ...state, hosts });
      await write(paths.config, renderConfig(hosts, this.#hostOptions));
    });
  }

  async #addKey(
    space: SpaceOf,
    known: KnownHost,
    acceptNewHostKey: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly hostKey: string; readonly isNew: boolean }> {
    const line = await this.keys.publicKeyLine();
    const pins = (await this.#files.read(this.#files.paths.knownHosts)) ?? '';
    let isNew = false;
    const withOurs = ({ authorizedKeys, hostKey: found }: LoginSecret): string => {
      // A DevEnv that may be somebody else's is not even told our key.
      checkPin(pins, known, found, acceptNewHostKey);
      const changed = withKey(authorizedKeys, line);
      isNew = changed !== authorizedKeys;
      return changed;
    };
    const { hostKey } = await changeAuthorizedKeys(this.#place(space, known.name), withOurs, signal);
    return { hostKey, isNew };
  }

  #place(space: SpaceOf, asked: string): SecretPlace {
    const { name } = knownHost(space, asked);
    return { api: space.api, clock: this.#options.clock, name };
  }

  /** Undefined where this machine has never connected: asking for the key would make one. */
  async #ownFingerprint(): Promise<string | undefined> {
    const line = await this.#files.read(this.#files.paths.publicKey);
    return line === undefined ? undefined : fingerprintOf(line);
  }

  async #pin(known: KnownHost, hostKey: string, accept: boolean): Promise<void> {
    const { paths, read, write } = this.#files;
    const text = (await read(paths.knownHosts)) ?? '';
    checkPin(text, known, hostKey, accept);
    if (pinnedKey(text, known.host) !== hostKey) await write(paths.knownHosts, withPin(text, known.host, hostKey));
  }

  async #writeOurs(known: KnownHost): Promise<void> {
    const { paths, read, write } = this.#files;
    const state = await readState(this.#files);
    const runtimes = await installLauncher(this.#files, this.#options.core, state.runtimes);
    const hosts = [...state.hosts.filter(({ host }) => host !== known.host), known];
    await writeState(this.#files, { ...state, hosts, runtimes });
    const text = renderConfig(hosts, this.#hostOptions);
    if ((await read(paths.config)) !== text) await write(paths.config, text);
  }

  async #include({ file, kind }: { file: string; kind: Section['kind'] }): Promise<void> {
    const { files, paths } = this.#files;
    const done = await editUserConfig(files, file, (before) =>
      withSection(before, { kind, path: filePath(paths.config, this.#options.platform) }),
    );
    if (done === 'same') return;
    const state = await readState(this.#files);
    const others = state.sections.filter((each) => each.file !== file || each.kind !== kind);
    await writeState(this.#files, { ...state, sections: [...others, { file, kind, made: done === 'made' }] });
  }

  /** @throws SlipwayError `ssh.config` for a path that is not absolute */
  #section(sshConfigFile: string | undefined): { file: string; kind: Section['kind'] } {
    const usual = defaultUserConfig(this.#options.home);
    if (sshConfigFile === undefined || sshConfigFile === usual) return { file: usual, kind: 'include' };
    if (isAbsolute(sshConfigFile)) return { file: sshConfigFile, kind: 'block' };
    throw new SlipwayError('ssh.config', `The ssh config file is not named by an absolute path: ${sshConfigFile}`, {
      action: 'Correct the setting that names it (remote.SSH.configFile).',
    });
  }

  get #hostOptions() {
    return { paths: this.#files.paths, launcher: this.#files.paths.launcher, platform: this.#options.platform };
  }

  async #conflicts(
    ssh: string,
    known: KnownHost,
    { file, kind }: { file: string; kind: Section['kind'] },
    signal: AbortSignal,
  ): Promise<string[]> {
    const { env } = this.#options;
    const { paths, files } = this.#files;
    const [wanted, found, userConfig] = await Promise.all([
      askSsh(ssh, known.host, { env, file: paths.config, signal }),
      askSsh(ssh, known.host, { env, file: kind === 'block' ? file : undefined, signal }),
      files.readFile(file, 'utf8').catch(() => ''),
    ]);
    if (wanted.settings === undefined) return [];
    if (found.settings === undefined) return [`ssh cannot use ${file}: ${found.complaint.slice(0, 300)}`];
    const keywords = hostSettings(known, this.#hostOptions).map(([keyword]) => keyword);
    return conflictsOf({ wanted: wanted.settings, found: found.settings, keywords, userConfig, file });
  }

  #connection(
    known: KnownHost,
    hostKey: string,
    section: { file: string; kind: Section['kind'] } | undefined,
    conflicts: string[],
  ): DevEnvConnection {
    const { config } = this.#files.paths;
    const option = section === undefined ? config : section.kind === 'block' ? section.file : undefined;
    return {
      host: known.host,
      user: devEnvUser,
      workspace: devEnvWorkspace,
      configFile: config,
      includedIn: section?.file,
      command: ['ssh', ...(option === undefined ? [] : ['-F', shellWord(option)]), known.host].join(' '),
      hostKeyFingerprint: fingerprintOf(hostKey) ?? '',
      conflicts,
    };
  }
}

/** @param asked the DevEnv's name, or the word of a further one of the person's own */
function knownHost({ context, api }: SpaceOf, asked: string): KnownHost {
  const name = nameMeant(api.cluster.user, asked);
  return { host: hostName(name, context), context, namespace: api.cluster.namespace, name };
}

/** @throws SlipwayError `ssh.hostKey` where another key is pinned and the new one was not accepted */
function checkPin(pins: string, { host, name }: KnownHost, found: string, accept: boolean): void {
  const pinned = pinnedKey(pins, host);
  if (pinned !== undefined && pinned !== found && !accept) throw changedKey(host, name, pinned, found);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}

function changedKey(host: string, name: string, pinned: string, found: string): SlipwayError {
  return new SlipwayError(
    'ssh.hostKey',
    `The host key of ${host} is another one than before: ${fingerprintOf(found) ?? 'unreadable'} instead of ${fingerprintOf(pinned) ?? 'unreadable'}. Somebody may have put another machine in its place.`,
    {
      action: `If ${name} was deleted and made anew on purpose, accept it: slipway devenv connect --accept-new-host-key ${name}. Otherwise ask whoever runs the cluster.`,
    },
  );
}
