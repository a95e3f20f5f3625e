import { timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { TLSSocket, createSecureContext } from 'node:tls';
import { SlipwayError } from '../../../protocol/index.ts';
import { drained } from '../../session/drained.ts';
import { ByteSource } from '../wire.ts';
import type { ConnectionIdentity } from './certificate.ts';

/** AES-GCM in hardware is the fastest of them on both sides. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
].join(':');

/** A connection beside the session, for the contents of big files alone; see docs/decisions/0028-contents-beside-ssh.md. */
export class ContentStream {
  readonly #carrier: Duplex;
  readonly #socket: TLSSocket;
  readonly #source: ByteSource;
  #cause: unknown;

  private constructor(carrier: Duplex, identity: ConnectionIdentity) {
    this.#carrier = carrier;
    const secureContext = createSecureContext({
      key: identity.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      cert: identity.certificate,
      minVersion: 'TLSv1.2',
      ciphers,
    });
    this.#socket = new TLSSocket(carrier, { isServer: true, secureContext });
    const failed = (error: unknown): void => {
      this.#cause ??= error;
      this.destroy();
    };
    carrier.on('error', failed);
    this.#socket.on('error', failed);
    this.#source = new ByteSource(this.#socket);
  }

  /**
   * Lets the other side in, which knows the certificate and has to say the secret first.
   * @throws SlipwayError `ssh.lost` where it is somebody else, or the connection breaks
   */
  static async accept(carrier: Duplex, identity: ConnectionIdentity, secret: Buffer): Promise<ContentStream> {
    const stream = new ContentStream(carrier, identity);
    try {
      if (timingSafeEqual(await stream.take(secret.length), secret)) return stream;
    } catch (error) {
      stream.destroy();
      throw error;
    }
    stream.destroy();
    throw stream.#lost();
  }

  /** Resolves when more may be written. @throws SlipwayError `ssh.lost` */
  async write(...pieces: readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) throw this.#lost();
    for (const piece of pieces) socket.write(piece);
    if (socket.writableNeedDrain && !(await drained(socket))) throw this.#lost();
  }

  /** Exactly so many bytes. @throws SlipwayError `ssh.lost` where the end comes before */
  async take(count: number): Promise<Buffer> {
    const bytes = await this.#source.take(count).catch((error: unknown) => {
      this.#cause ??= error;
      return undefined;
    });
    if (bytes === undefined) throw this.#lost();
    return bytes;
  }

  destroy(): void {
    this.#socket.destroy();
    this.#carrier.destroy();
  }

  #lost(): SlipwayError {
    return new SlipwayError('ssh.lost', 'The connection for the contents of files was lost.', { cause: this.#cause });
  }
}
