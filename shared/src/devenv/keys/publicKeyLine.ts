import { createHash } from 'node:crypto';
import { WireReader } from './wire.ts';

/** A line of `authorized_keys`, or of a `.pub` file. */
export interface PublicKeyLine {
  /** `ssh-ed25519`, `sk-ssh-ed25519@openssh.com`, … */
  readonly type: string;
  /** Base64, as it stands in the line. */
  readonly key: string;
  /** What follows the key; mostly who and where. */
  readonly comment: string;
  /** What the line allows and demands, before the key. */
  readonly options: string;
}

const longestLine = 16_384;
const keyType = /^[a-z][a-z0-9@.-]{2,63}$/;

/** Reads such a line as sshd does; undefined for a line without a key: empty, a comment, or broken. */
export function parsePublicKeyLine(line: string): PublicKeyLine | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || text.length > longestLine) return undefined;
  return keyAt(text, 0) ?? keyAt(text, endOfOptions(text));
}

/** `SHA256:…` as `ssh-keygen -l` shows it; undefined for a line without a key. */
export function fingerprintOf(line: string): string | undefined {
  const parsed = parsePublicKeyLine(line);
  if (parsed === undefined) return undefined;
  const hash = createHash('sha256').update(Buffer.from(parsed.key, 'base64')).digest('base64');
  return `SHA256:${hash.replace(/=+$/, '')}`;
}

function keyAt(text: string, start: number): PublicKeyLine | undefined {
  const [, type = '', key = '', comment = ''] = /^\s*(\S+)\s+(\S+)(?:\s+(.*))?$/su.exec(text.slice(start)) ?? [];
  if (!keyType.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return undefined;
  // The blob begins with its own type: a word that looks like base64 does not.
  if (new WireReader(Buffer.from(key, 'base64')).string()?.toString('latin1') !== type) return undefined;
  return { type, key, comment, options: text.slice(0, start).trim() };
}

/** Options end at the first blank that stands in no quotes; `\"` ends none. */
function endOfOptions(text: string): number {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\\' && text[at + 1] === '"') at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === ' ' || sign === '\t')) return at;
  }
  return text.length;
}
