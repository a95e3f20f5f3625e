import { posix, win32 } from 'node:path';

/** Where this machine keeps what Slipway needs. All absolute. */
export interface EnvironmentPaths {
  /** Runs and the core's own files; kept. */
  readonly dataDir: string;
  /** Built virtual environments, shared by runs; may be deleted, they are built again. */
  readonly environmentsDir: string;
  /** What people set: `config.yaml`. */
  readonly configDir: string;
}

/**
 * The folders of the XDG base directory rules: `$XDG_DATA_HOME/slipway`, `$XDG_CACHE_HOME/slipway/environments` and
 * `$XDG_CONFIG_HOME/slipway`, by default under `~/.local/share`, `~/.cache` and `~/.config`; on Windows under `%LOCALAPPDATA%`. A variable that is empty or relative
 * counts as unset, as those rules demand.
 */
export function environmentPaths(
  env: Readonly<Record<string, string | undefined>>,
  homedir: string,
  platform: NodeJS.Platform,
): EnvironmentPaths {
  const path = platform === 'win32' ? win32 : posix;
  const absolute = (name: string): string | undefined => {
    const value = env[name];
    return value !== undefined && path.isAbsolute(value) ? value : undefined;
  };
  const local = platform === 'win32' ? (absolute('LOCALAPPDATA') ?? path.join(homedir, 'AppData', 'Local')) : undefined;
  const data = absolute('XDG_DATA_HOME') ?? local ?? path.join(homedir, '.local', 'share');
  const cache =
    absolute('XDG_CACHE_HOME') ?? (local === undefined ? path.join(homedir, '.cache') : path.join(local, 'cache'));
  const config = absolute('XDG_CONFIG_HOME') ?? local ?? path.join(homedir, '.config');
  return {
    dataDir: path.join(data, 'slipway'),
    environmentsDir: path.join(cache, 'slipway', 'environments'),
    configDir: path.join(config, 'slipway'),
  };
}
