import type { Attributes, InputAttributes, OpenMode, SFTPWrapper } from 'ssh2';
import { SlipwayError } from '../../../protocol/index.ts';
import type { SshSession } from '../../session/sshSession.ts';
import { RemoteRefusal, type RefusalReason, type Space } from '../remoteEnd.ts';
import type { TreeEntry } from '../tree.ts';

export type Facts = Omit<TreeEntry, 'path'>;

export interface NamedFacts {
  readonly name: string;
  readonly facts: Facts;
}

type Done<Answer> = (error: Error | undefined | null, answer: Answer) => void;

/**
 * The requests of SFTP as promises. What the server refuses is a RemoteRefusal; all else is the end of the session, after which ssh2 answers
 * some requests and forgets others: each ends here all the same.
 */
export class SftpCalls {
  readonly #sftp: SFTPWrapper;
  readonly #session: SshSession;
  readonly #pending = new Set<(error: Error) => void>();
  #failure: Error | undefined;

  constructor(sftp: SFTPWrapper, session: SshSession) {
    this.#sftp = sftp;
    this.#session = session;
    sftp.on('error', () => this.end(this.#lost()));
    sftp.on('close', () => this.end(this.#lost()));
  }

  /** All that is under way fails, and all that comes. */
  end(failure: Error): void {
    this.#failure ??= failure;
    for (const fail of this.#pending) fail(this.#failure);
    this.#pending.clear();
    this.#sftp.end();
  }

  /** Of what a link leads to. @throws RemoteRefusal `missing` */
  async stat(path: string): Promise<Facts> {
    return factsOf(await this.#call<Attributes>((done) => this.#sftp.stat(path, done)));
  }

  /** Of the thing itself; undefined where nothing is. */
  async look(path: string): Promise<Facts | undefined> {
    try {
      return factsOf(await this.#call<Attributes>((done) => this.#sftp.lstat(path, done)));
    } catch (error) {
      if (error instanceof RemoteRefusal && error.reason === 'missing') return undefined;
      throw error;
    }
  }

  async lookAt(handle: Buffer): Promise<Facts> {
    return factsOf(await this.#call<Attributes>((done) => this.#sftp.fstat(handle, done)));
  }

  async list(folder: string): Promise<NamedFacts[]> {
    const found = await this.#call<readonly { readonly filename: string; readonly attrs: Attributes }[]>((done) =>
      this.#sftp.readdir(folder, done),
    );
    return found.map(({ filename, attrs }) => ({ name: filename, facts: factsOf(attrs) }));
  }

  realpath(path: string): Promise<string> {
    return this.#call<string>((done) => this.#sftp.realpath(path, done));
  }

  readlink(path: string): Promise<string> {
    return this.#call<string>((done) => this.#sftp.readlink(path, done));
  }

  open(path: string, flags: OpenMode): Promise<Buffer> {
    return this.#call<Buffer>((done) => this.#sftp.open(path, flags, { mode: 0o600 }, done));
  }

  close(handle: Buffer): Promise<void> {
    return this.#do((done) => this.#sftp.close(handle, done));
  }

  write(handle: Buffer, data: Buffer, position: number): Promise<void> {
    return this.#do((done) => this.#sftp.write(handle, data, 0, data.length, position, done));
  }

  /** So many bytes, or as many as there are: servers may give less than was asked for. */
  async read(handle: Buffer, position: number, bytes: number): Promise<Buffer> {
    const data = Buffer.allocUnsafeSlow(bytes);
    let done = 0;
    while (done < bytes) {
      const read = await this.#call<number>((told) =>
        this.#sftp.read(handle, data, done, bytes - done, position + done, (error, count) => told(error, count)),
      );
      if (read === 0) break;
      done += read;
    }
    return data.subarray(0, done);
  }

  setFacts(target: string | Buffer, attributes: InputAttributes): Promise<void> {
    return this.#do((done) => {
      if (typeof target === 'string') this.#sftp.setstat(target, attributes, done);
      else this.#sftp.fsetstat(target, attributes, done);
    });
  }

  makeFolder(path: string, mode: number): Promise<void> {
    return this.#do((done) => this.#sftp.mkdir(path, { mode }, done));
  }

  makeLink(path: string, target: string): Promise<void> {
    return this.#do((done) => this.#sftp.symlink(target, path, done));
  }

  removeFile(path: string): Promise<void> {
    return this.#do((done) => this.#sftp.unlink(path, done));
  }

  removeFolder(path: string): Promise<void> {
    return this.#do((done) => this.#sftp.rmdir(path, done));
  }

  /** Also where something is already: SFTP's own rename refuses that. */
  replace(from: string, to: string): Promise<void> {
    return this.#do((done) => this.#sftp.ext_openssh_rename(from, to, done));
  }

  sync(handle: Buffer): Promise<void> {
    return this.#do((done) => this.#sftp.ext_openssh_fsync(handle, (error) => done(error)));
  }

  async space(path: string): Promise<Space> {
    const told = await this.#call<unknown>((done) => this.#sftp.ext_openssh_statvfs(path, done));
    const numberOf = (name: string): number => {
      const value: unknown = typeof told === 'object' && told !== null ? Reflect.get(told, name) : undefined;
      return Number(value ?? 0);
    };
    const unit = numberOf('f_frsize');
    return { free: numberOf('f_bavail') * unit, total: numberOf('f_blocks') * unit };
  }

  #do(ask: (done: (error?: Error | null) => void) => void): Promise<void> {
    return this.#call<undefined>((done) => ask((error) => done(error ?? undefined, undefined)));
  }

  #call<Answer>(ask: (done: Done<Answer>) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure;
      this.#pending.add(reject);
      try {
        ask((error, answer) => {
          this.#pending.delete(reject);
          if (error === undefined || error === null) resolve(answer);
          else reject(refusalOf(error) ?? this.#lost(error));
        });
      } catch (error) {
        // ssh2 knows that the server cannot do it.
        this.#pending.delete(reject);
        throw new RemoteRefusal('other', error instanceof Error ? error.message : 'SFTP cannot do it');
      }
    });
  }

  #lost(cause?: Error): SlipwayError {
    return (
      this.#session.failure ??
      new SlipwayError('ssh.lost', 'The SFTP server of the DevEnv ended.', { action: 'Try again.', cause })
    );
  }
}

/** SFTP's numbers for why; most of the system's errors are 4 there. */
const reasons: Readonly<Record<number, RefusalReason>> = { 2: 'missing', 3: 'denied' };

function refusalOf(error: Error): RemoteRefusal | undefined {
  if (!('code' in error) || typeof error.code !== 'number') return undefined;
  return new RemoteRefusal(reasons[error.code] ?? 'other', 'it failed there, and SFTP does not say why');
}

const kinds: Readonly<Record<number, Facts['kind']>> = { 0o100000: 'file', 0o040000: 'folder', 0o120000: 'link' };

/** A server need not tell all of it. */
function factsOf({ mode = 0, size = 0, mtime = 0 }: Partial<Attributes>): Facts {
  return { kind: kinds[mode & 0o170000] ?? 'other', bytes: size, mtimeMs: mtime * 1_000, mode: mode & 0o777 };
}
