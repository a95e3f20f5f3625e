import { join } from 'node:path';

/** Where this machine keeps what it logs in with. All absolute. */
export interface SshPaths {
  /** Mode 0700. */
  readonly folder: string;
  /** Mode 0600. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly knownHosts: string;
  /** Our ssh config: one host for each DevEnv. */
  readonly config: string;
  /** What we know and ssh need not: `SshState` as JSON. */
  readonly state: string;
  /** Whoever changes one of these files, or a person's ssh config, holds it. */
  readonly lock: string;
  /** Copies of the core's files, one folder for each version. */
  readonly core: string;
  /** What ssh starts. */
  readonly launcher: string;
}

/** @param dataDir absolute */
export function sshPaths(dataDir: string, platform: NodeJS.Platform): SshPaths {
  const folder = join(dataDir, 'ssh');
  return {
    folder,
    privateKey: join(folder, 'id_ed25519'),
    publicKey: join(folder, 'id_ed25519.pub'),
    knownHosts: join(folder, 'known_hosts'),
    config: join(folder, 'config'),
    state: join(folder, 'state.json'),
    lock: join(folder, 'lock'),
    core: join(dataDir, 'core'),
    launcher: join(dataDir, 'bin', platform === 'win32' ? 'slipway.cmd' : 'slipway'),
  };
}
