import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** What one side of one connection proves itself with. */
export interface ConnectionIdentity {
  readonly privateKey: KeyObject;
  /** Self-signed, PEM. */
  readonly certificate: string;
}

const tag = { integer: 0x02, bitString: 0x03, utf8String: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31 } as const;
/** With their tags: 1.2.840.10045.4.3.2 and 2.5.4.3. */
const ecdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');
const commonName = Buffer.from('0603550403', 'hex');

/**
 * A key of the curve P-256 and a certificate for it (RFC 5280, version 1: there is nothing to be said by extensions). It is for one
 * connection between two who have agreed on it, so that neither its name nor its time says anything: clocks may differ by any amount.
 */
export function makeConnectionIdentity(): ConnectionIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(tag.sequence, ecdsaWithSha256);
  const name = der(tag.sequence, der(tag.set, der(tag.sequence, commonName, text(tag.utf8String, 'slipway'))));
  const time = der(tag.sequence, text(tag.utcTime, '000101000000Z'), text(tag.utcTime, '491231235959Z'));
  const key = publicKey.export({ format: 'der', type: 'spki' });
  const content = der(tag.sequence, serialNumber(), algorithm, name, time, name, key);
  const signature = der(tag.bitString, Buffer.of(0), sign('sha256', content, privateKey));
  return { privateKey, certificate: pem(der(tag.sequence, content, algorithm, signature)) };
}

/** Positive, and not shortened by a zero at its beginning. */
function serialNumber(): Buffer {
  return der(tag.integer, Buffer.of(1), randomBytes(15));
}

function text(type: number, value: string): Buffer {
  return der(type, Buffer.from(value));
}

/** A value of DER (X.690) of at most 65,535 bytes. */
function der(type: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(type, length), value]);
  if (length < 0x100) return Buffer.concat([Buffer.of(type, 0x81, length), value]);
  return Buffer.concat([Buffer.of(type, 0x82, length >> 8, length & 0xff), value]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
