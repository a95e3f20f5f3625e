import type { LoginKeys } from '../access.ts';
import { makeSshKey, readSshKey, type SshKey } from '../keys/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import type { MachineFiles } from './machineFiles.ts';
import { pinnedKey } from './knownHosts.ts';

/** The keys of this machine, in our own folder. @param name of this machine, for people: the key's comment */
export function createLoginKeys(machine: MachineFiles, name: string): LoginKeys {
  let key: Promise<SshKey> | undefined;
  const load = (): Promise<SshKey> => {
    key ??= loadKey(machine, name).catch((error: unknown) => {
      // What is in the way may be mended while the core runs.
      key = undefined;
      throw error;
    });
    return key;
  };
  return {
    privateKey: async () => (await load()).privateKey,
    publicKeyLine: async () => (await load()).publicKeyLine,
    pinnedHostKey: async (host) => pinnedKey((await machine.read(machine.paths.knownHosts)) ?? '', host),
  };
}

async function loadKey(machine: MachineFiles, name: string): Promise<SshKey> {
  return (
    (await existingKey(machine)) ?? machine.locked(async () => (await existingKey(machine)) ?? newKey(machine, name))
  );
}

async function existingKey({ read, paths }: MachineFiles): Promise<SshKey | undefined> {
  const text = await read(paths.privateKey);
  if (text === undefined) return undefined;
  const key = readSshKey(text);
  if (key !== undefined) return key;
  throw new SlipwayError('ssh.config', `${paths.privateKey} is no SSH key that Slipway made.`, {
    action: `Move ${paths.privateKey} away: Slipway then makes a new one.`,
  });
}

async function newKey({ write, paths }: MachineFiles, name: string): Promise<SshKey> {
  const key = makeSshKey(name);
  await write(paths.publicKey, `${key.publicKeyLine}\n`);
  await write(paths.privateKey, key.privateKey);
  return key;
}
