import { devEnvUser } from '../../protocol/index.ts';
import { sshPort } from '../names/index.ts';
import { configWord, proxyCommand } from './quoting.ts';
import { checkHost, type KnownHost } from './sshHost.ts';
import type { SshPaths } from './sshPaths.ts';

/** What our hosts have in common, and what is settled for each. */
export interface HostConfigOptions {
  readonly paths: Pick<SshPaths, 'privateKey' | 'knownHosts'>;
  /** Absolute path of the launcher. */
  readonly launcher: string;
  readonly platform: NodeJS.Platform;
}

/** One line of a host: ssh's name of it, and its value as it stands in the file. */
export type HostSetting = readonly [keyword: string, value: string];

/** What ssh is told of a host. Everything that a person's `Host *` must not decide is said here. */
export function hostSettings(known: KnownHost, { paths, launcher, platform }: HostConfigOptions): HostSetting[] {
  const { host, context, namespace, name } = known;
  const words = ['ssh-proxy', '--context', context, '--namespace', namespace, name];
  return [
    ['HostName', host],
    ['Port', String(sshPort)],
    ['User', devEnvUser],
    ['ProxyCommand', proxyCommand(platform, launcher, words)],
    ['HostKeyAlias', host],
    ['UserKnownHostsFile', configWord(filePath(paths.knownHosts, platform))],
    ['StrictHostKeyChecking', 'yes'],
    ['HostKeyAlgorithms', 'ssh-ed25519'],
    ['UpdateHostKeys', 'no'],
    ['CheckHostIP', 'no'],
    ['VerifyHostKeyDNS', 'no'],
    ['CanonicalizeHostname', 'no'],
    ['IdentityFile', configWord(filePath(paths.privateKey, platform))],
    ['IdentitiesOnly', 'yes'],
    ['PubkeyAuthentication', 'yes'],
    ['PreferredAuthentications', 'publickey'],
    ['PasswordAuthentication', 'no'],
    ['ForwardAgent', 'no'],
    // A cold pod takes as long as it takes; the proxy says what it waits for.
    ['ConnectTimeout', '0'],
    ['ServerAliveInterval', '10'],
    ['ServerAliveCountMax', '3'],
    ['RemoteCommand', 'none'],
  ];
}

/** Our own config file, whole. @throws SlipwayError `ssh.config` for a name or a path that must not get into it */
export function renderConfig(hosts: readonly KnownHost[], options: HostConfigOptions): string {
  const blocks = hosts.map((known) => {
    checkHost(known);
    const lines = hostSettings(known, options).map(([keyword, value]) => `  ${keyword} ${value}`);
    return [`Host ${known.host}`, ...lines, ''].join('\n');
  });
  return ['# Written by Slipway, which overwrites what is changed here: one host for each DevEnv.', '', ...blocks].join(
    '\n',
  );
}

/** Windows' ssh takes slashes, and a backslash means something to it. */
export function filePath(path: string, platform: NodeJS.Platform): string {
  return platform === 'win32' ? path.replaceAll('\\', '/') : path;
}
