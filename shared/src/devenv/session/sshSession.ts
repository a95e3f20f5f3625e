import type { Duplex } from 'node:stream';
import ssh2, { type Client as SshClient, type ClientChannel, type SFTPWrapper } from 'ssh2';
import { SlipwayError } from '../../protocol/index.ts';
import { drained } from './drained.ts';
import { parseHostKey, sameKey } from './hostKey.ts';
import { lostSession, sessionFailure } from './sessionErrors.ts';

/** What a session logs in with, and to whom. */
export interface SshLogin {
  /** To the SSH server; the session destroys it when it ends. */
  readonly stream: Duplex;
  /** How messages call the host: `devenv-alice.team-a`. */
  readonly host: string;
  readonly user: string;
  /** OpenSSH's text form. */
  readonly privateKey: string;
  /** The only key that the server may have, as in `known_hosts`: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}

/** A command that runs at the other end. */
export interface RemoteCommand {
  /** Resolves when more may be written. @throws SlipwayError of what ended the session, `ssh.lost` after the command's end */
  write(data: Uint8Array): Promise<void>;
  /** The end of its standard input. */
  end(): void;
  /** Its standard output, read once; ends also where the session does: ask for its `failure`. */
  readonly output: AsyncIterable<Buffer>;
  /** The last of its standard error, at most 4 KiB. */
  stderr(): string;
  /** Resolves when it has ended: its exit code, undefined where a signal or the end of the session ended it. */
  readonly exited: Promise<number | undefined>;
  /** Ends it without waiting for anything. */
  close(): void;
}

/** An SSH session whose server was recognised. */
export interface SshSession {
  /** @throws SlipwayError `ssh.lost` where the session has ended */
  exec(command: string, signal: AbortSignal): Promise<RemoteCommand>;
  sftp(signal: AbortSignal): Promise<SFTPWrapper>;
  /** Why it ended; undefined while it lives, and where it was closed. */
  readonly failure: SlipwayError | undefined;
  close(): void;
}

/** Well under the time that load balancers allow a silent connection, and three of them are as much as ssh waits (30 s). */
const keepAlive = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };
/**
 * AES-GCM first: node's OpenSSL does it at 280 MB/s here, chacha20-poly1305 at 160 without a native module. For servers
 * without it the others (docs/decisions/0026-transfers.md).
 */
const ciphers = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
] as const;
const stderrBytes = 4_096;

/**
 * Logs in over a stream.
 * @throws SlipwayError `ssh.hostKey` where the server has another key, `ssh.refused` where it does not let us in, `ssh.lost`, and what
 * the stream fails with
 */
export function openSshSession(login: SshLogin, signal: AbortSignal): Promise<SshSession> {
  const { stream, host } = login;
  const expected = parseHostKey(login.hostKey, host);
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let otherKey = false;
    let cause: unknown;
    const refuse = (error: unknown): void => {
      signal.removeEventListener('abort', abort);
      client.destroy();
      stream.destroy();
      reject(signal.aborted ? abortReason(signal) : sessionFailure(error, { host, otherKey, cause }));
    };
    const abort = (): void => refuse(signal.reason);
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    stream.on('error', (error) => {
      cause = error;
      client.destroy();
    });
    // It may tell of its end more than once.
    client.on('error', refuse);
    client.once('close', () => refuse(cause));
    client.once('ready', () => {
      signal.removeEventListener('abort', abort);
      client.removeListener('error', refuse);
      resolve(new OpenSession(client, stream, host));
    });
    client.connect({
      sock: stream,
      username: login.user,
      privateKey: login.privateKey,
      hostVerifier: (key: Buffer) => {
        otherKey = !sameKey(expected, key);
        return !otherKey;
      },
      algorithms: { cipher: [...ciphers], serverHostKey: expected.algorithms, compress: ['none'] },
      readyTimeout: 30_000,
      ...keepAlive,
    });
    // Whoever opened it may have looked whether there is something to read.
    stream.resume();
  });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new SlipwayError('cancelled', 'It was cancelled.');
}

class OpenSession implements SshSession {
  readonly #client: SshClient;
  readonly #stream: Duplex;
  readonly #host: string;
  #failure: SlipwayError | undefined;
  #closed = false;

  constructor(client: SshClient, stream: Duplex, host: string) {
    this.#client = client;
    this.#stream = stream;
    this.#host = host;
    stream.on('error', (error) => this.#end(error));
    client.on('error', (error) => this.#end(error));
    client.on('close', () => this.#end(undefined));
  }

  get failure(): SlipwayError | undefined {
    return this.#failure;
  }

  exec(command: string, signal: AbortSignal): Promise<RemoteCommand> {
    return this.#ask<RemoteCommand>(signal, (done) => {
      this.#client.exec(command, (error, channel) => {
        if (error !== undefined) done(error, undefined);
        else done(undefined, this.#follow(channel, signal));
      });
    });
  }

  sftp(signal: AbortSignal): Promise<SFTPWrapper> {
    return this.#ask<SFTPWrapper>(signal, (done) => {
      this.#client.sftp((error, sftp) => done(error, sftp));
    });
  }

  close(): void {
    this.#closed = true;
    this.#client.end();
    this.#client.destroy();
    this.#stream.destroy();
  }

  #ask<T>(
    signal: AbortSignal,
    ask: (done: (error: Error | undefined, answer: T | undefined) => void) => void,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#closed) throw lostSession(this.#host);
      const ended = (): void => reject(this.#failure ?? lostSession(this.#host));
      this.#client.once('close', ended);
      ask((error, answer) => {
        this.#client.removeListener('close', ended);
        if (answer === undefined)
          reject(sessionFailure(error, { host: this.#host, otherKey: false, cause: this.#failure }));
        else resolve(answer);
      });
    });
  }

  #follow(channel: ClientChannel, signal: AbortSignal): RemoteCommand {
    const said: Buffer[] = [];
    channel.on('error', () => undefined);
    channel.stderr.on('data', (chunk: Buffer) => {
      said.push(chunk);
      while (said.length > 1 && said.reduce((total, { length }) => total + length, 0) > stderrBytes) said.shift();
    });
    const close = (): void => {
      channel.close();
    };
    signal.addEventListener('abort', close, { once: true });
    let ended = false;
    const exited = new Promise<number | undefined>((resolve) => {
      let exitCode: number | undefined;
      channel.once('exit', (code: number | null) => (exitCode = code ?? undefined));
      channel.once('close', () => {
        ended = true;
        signal.removeEventListener('abort', close);
        resolve(exitCode);
      });
    });
    const write = async (data: Uint8Array): Promise<void> => {
      signal.throwIfAborted();
      if (!ended && (channel.write(data) || (await drained(channel)))) return;
      signal.throwIfAborted();
      throw this.#failure ?? lostSession(this.#host);
    };
    return {
      write,
      end: () => channel.end(),
      output: channel,
      stderr: () => Buffer.concat(said).toString('utf8').slice(-stderrBytes),
      exited,
      close,
    };
  }

  #end(error: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure =
      error === undefined
        ? lostSession(this.#host)
        : sessionFailure(error, { host: this.#host, otherKey: false, cause: undefined });
    this.#client.destroy();
    this.#stream.destroy();
  }
}
