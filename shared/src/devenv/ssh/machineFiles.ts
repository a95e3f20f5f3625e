import { acquireLease } from '../../processes/index.ts';
import { ensureOwnFolder, readOwnFile, writeOwnFile } from './ownFolder.ts';
import { diskFiles, type FileOperations } from './replaceFile.ts';
import { sshPaths, type SshPaths } from './sshPaths.ts';

export interface MachineFilesOptions {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  readonly platform?: NodeJS.Platform | undefined;
  readonly files?: FileOperations | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told what was put right. */
  readonly tell: (note: string) => void;
}

/** What is done under the lock takes no longer, ms. */
const leaseMs = 60_000;

/** Our own folder for SSH on this machine, and the lock on what lies in it. */
export interface MachineFiles {
  readonly paths: SshPaths;
  readonly platform: NodeJS.Platform;
  readonly files: FileOperations;
  /** The text of a file in it; undefined where it is not there. @throws SlipwayError `ssh.config` */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly write: (path: string, text: string) => Promise<void>;
  /** Does something while no other process changes these files, or a person's ssh config. Must not be called inside itself. */
  readonly locked: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export function openMachineFiles(options: MachineFilesOptions): MachineFiles {
  const { dataDir, platform = process.platform, files = diskFiles, now, tell } = options;
  const paths = sshPaths(dataDir, platform);
  return {
    paths,
    platform,
    files,
    read: (path) => readOwnFile(files, path, tell),
    write: (path, text) => writeOwnFile(files, path, text),
    locked: async (work) => {
      await ensureOwnFolder(files, paths.folder, tell);
      const lease = await acquireLease({ folder: paths.lock, leaseMs, now }, AbortSignal.timeout(2 * leaseMs));
      try {
        return await work();
      } finally {
        lease.release();
      }
    },
  };
}
