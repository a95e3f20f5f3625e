/** Which extensions open windows over SSH, what they are told, and what is set for them. Pure. */

/** An extension that makes windows over SSH, as the fork of VS Code that brings it names it. */
export interface SshFlavour {
  readonly id: string;
  readonly name: string;
}

const flavours = {
  microsoft: { id: 'ms-vscode-remote.remote-ssh', name: 'Remote - SSH' },
  cursor: { id: 'anysphere.remote-ssh', name: 'Remote SSH' },
  windsurf: { id: 'codeium.windsurf-remote-openssh', name: 'Windsurf Remote - SSH' },
  antigravity: { id: 'google.antigravity-remote-openssh', name: 'Antigravity Remote - SSH' },
  open: { id: 'jeanp413.open-remote-ssh', name: 'Open Remote - SSH' },
} as const satisfies Record<string, SshFlavour>;

/** The first that is installed. */
export function installedFlavour(isInstalled: (id: string) => boolean): SshFlavour | undefined {
  return Object.values(flavours).find(({ id }) => isInstalled(id));
}

/** The one to install. @param uriScheme of the editor: `vscode`, `cursor`, `vscodium`, … */
export function flavourFor(uriScheme: string): SshFlavour {
  if (/^vscode(-insiders|-exploration)?$/.test(uriScheme)) return flavours.microsoft;
  if (uriScheme === 'cursor') return flavours.cursor;
  if (uriScheme.startsWith('windsurf')) return flavours.windsurf;
  if (uriScheme === 'antigravity') return flavours.antigravity;
  return flavours.open;
}

const prefix = 'ssh-remote+';
const plainHost = /^[a-z0-9.-]+$/;

/**
 * What stands for a host in the address of a window. An address is written in small letters, so other names are told in
 * hexadecimal, as Remote-SSH itself does.
 */
export function authorityOf(host: string): string {
  if (plainHost.test(host)) return `${prefix}${host}`;
  return `${prefix}${Buffer.from(JSON.stringify({ hostName: host })).toString('hex')}`;
}

/** The host of a window's address; undefined where the window is not opened over SSH. */
export function hostOf(authority: string): string | undefined {
  if (!authority.startsWith(prefix)) return undefined;
  const rest = authority.slice(prefix.length);
  if (!/^7b([0-9a-f]{2})+7d$/.test(rest)) return rest;
  try {
    const told: unknown = JSON.parse(Buffer.from(rest, 'hex').toString('utf8'));
    const isHost = typeof told === 'object' && told !== null && 'hostName' in told;
    return isHost && typeof told.hostName === 'string' ? told.hostName : rest;
  } catch {
    // A host may be called so.
    return rest;
  }
}

/** A window may have to wait for a pod: so long, in seconds. */
export const connectTimeoutSeconds = 1800;

/** What the person has set for Remote-SSH (`remote.SSH.*`), each undefined where it is not what it should be. */
export interface SshSettings {
  readonly remotePlatform: unknown;
  readonly connectTimeout: unknown;
  readonly enableRemoteCommand: unknown;
}

/** What is to be set so that a window on the host opens without a question; nothing where it is set already. */
export function settingsFor(host: string, settings: SshSettings): Readonly<Record<string, unknown>> {
  const { remotePlatform, connectTimeout, enableRemoteCommand } = settings;
  const known: Readonly<Record<string, unknown>> = isRecord(remotePlatform) ? remotePlatform : {};
  // With a RemoteCommand, Remote-SSH takes the platform for one that is told by the command.
  const takesPlatform = enableRemoteCommand !== true && known[host] !== 'linux';
  const isShort = typeof connectTimeout !== 'number' || connectTimeout < connectTimeoutSeconds;
  return {
    ...(takesPlatform && { remotePlatform: { ...known, [host]: 'linux' } }),
    ...(isShort && { connectTimeout: connectTimeoutSeconds }),
  };
}

/** How the machine writes paths: `node:path`. */
export interface PathRules {
  readonly join: (...parts: string[]) => string;
  readonly isAbsolute: (path: string) => boolean;
}

/**
 * `remote.SSH.configFile` as an absolute path; undefined where none is set.
 */
export function configFileOf(setting: unknown, home: string, { join, isAbsolute }: PathRules): string | undefined {
  if (typeof setting !== 'string' || setting.trim() === '') return undefined;
  const path = setting.trim();
  const [, below] = /^(?:~|\$HOME|%USERPROFILE%)[\\/](.*)$/.exec(path) ?? [];
  if (below !== undefined) return join(home, below);
  return isAbsolute(path) ? path : join(home, path);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
