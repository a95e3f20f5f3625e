import { createHash, createPrivateKey, createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { SlipwayError } from '../../protocol/index.ts';
import { sshNumber, sshString, WireReader } from './wire.ts';

/** An ed25519 key pair as OpenSSH keeps it. */
export interface SshKey {
  /** OpenSSH's own format, without a passphrase; ends with a line feed. Goes into a file of mode 0600 or a Secret, nowhere else. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA… comment`, without a line feed. */
  readonly publicKeyLine: string;
}

const type = 'ssh-ed25519';
const magic = 'openssh-key-v1\0';
const begin = '-----BEGIN OPENSSH PRIVATE KEY-----';
const end = '-----END OPENSSH PRIVATE KEY-----';
/** What comes before the seed in PKCS #8 (RFC 8410). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');
const blockSize = 8;
const lineLength = 70;

/**
 * A new key pair. It is read back before it is handed out: a key that OpenSSH cannot read would lock a person out.
 * @param comment for people; what could break the line is taken out
 * @param seed 32 random bytes
 */
export function makeSshKey(comment: string, seed: Uint8Array = randomBytes(32)): SshKey {
  const name = lineSafe(comment);
  const publicKey = publicBytes(keyOfSeed(seed));
  const blob = Buffer.concat([sshString(type), sshString(publicKey)]);
  const made = {
    privateKey: privateText(seed, publicKey, blob, name),
    publicKeyLine: publicLine(blob, name),
  };
  if (readSshKey(made.privateKey)?.publicKeyLine !== made.publicKeyLine) {
    throw new SlipwayError('internal', 'A new SSH key could not be read back.', {
      action: 'Try again, and report this if it stays.',
    });
  }
  return made;
}

/**
 * Reads the text of a private key. Undefined for everything that is not one ed25519 key in OpenSSH's format without a passphrase,
 * whose parts fit together.
 */
export function readSshKey(text: string): SshKey | undefined {
  const file = new WireReader(bodyOf(text));
  const [cipher, kdf, kdfOptions] = [file.string(), file.string(), file.string()];
  if (cipher?.toString() !== 'none' || kdf?.toString() !== 'none' || kdfOptions?.length !== 0) return undefined;
  if (file.number() !== 1) return undefined;
  const [blob, secret] = [file.string(), file.string()];
  if (blob === undefined || secret === undefined || file.rest().length > 0) return undefined;
  const key = new WireReader(secret);
  const [first, second] = [key.number(), key.number()];
  const [keyType, publicKey, seedAndPublic, comment] = [key.string(), key.string(), key.string(), key.string()];
  if (first === undefined || first !== second || keyType?.toString() !== type || comment === undefined)
    return undefined;
  if (seedAndPublic?.length !== 64 || !isPadding(key.rest()) || secret.length % blockSize !== 0) return undefined;
  const proven = publicBytes(keyOfSeed(seedAndPublic.subarray(0, 32)));
  const all = [publicKey, seedAndPublic.subarray(32)];
  if (!all.every((bytes) => bytes !== undefined && proven.equals(bytes))) return undefined;
  if (!blob.equals(Buffer.concat([sshString(type), sshString(proven)]))) return undefined;
  return { privateKey: text, publicKeyLine: publicLine(blob, lineSafe(comment.toString('utf8'))) };
}

function publicLine(blob: Buffer, comment: string): string {
  return `${type} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}`;
}

function privateText(seed: Uint8Array, publicKey: Buffer, blob: Buffer, comment: string): string {
  // The two numbers show a wrong passphrase; there is none, so they need not be secret.
  const check = createHash('sha256').update(blob).digest().subarray(0, 4);
  const key = [sshString(type), sshString(publicKey), sshString(Buffer.concat([seed, publicKey])), sshString(comment)];
  const plain = Buffer.concat([check, check, ...key]);
  const padding = Buffer.from(
    Array.from({ length: (blockSize - (plain.length % blockSize)) % blockSize }, (_, at) => at + 1),
  );
  const none = [sshString('none'), sshString('none'), sshString('')];
  const secret = sshString(Buffer.concat([plain, padding]));
  const file = Buffer.concat([Buffer.from(magic, 'latin1'), ...none, sshNumber(1), sshString(blob), secret]);
  const lines = file.toString('base64').match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return [begin, ...lines, end, ''].join('\n');
}

/** What stands between the two lines, after the magic word; empty where it is something else. */
function bodyOf(text: string): Buffer {
  const lines = text.trim().split(/\r?\n/);
  if (lines.length < 3 || lines[0] !== begin || lines.at(-1) !== end) return Buffer.alloc(0);
  const body = lines.slice(1, -1).join('');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return Buffer.alloc(0);
  const file = Buffer.from(body, 'base64');
  return file.subarray(0, magic.length).toString('latin1') === magic ? file.subarray(magic.length) : Buffer.alloc(0);
}

function isPadding(bytes: Buffer): boolean {
  return bytes.length < blockSize && bytes.every((byte, at) => byte === at + 1);
}

function keyOfSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Start, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes at the end of an SPKI key. */
function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

/** One line of visible signs, at most 200. */
function lineSafe(comment: string): string {
  return Array.from(comment.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim())
    .slice(0, 200)
    .join('')
    .trim();
}
