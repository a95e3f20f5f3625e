import { describe, expect, it } from 'vitest';
import { makeSshKey } from '../keys/index.ts';
import { parseHostKey, sameKey } from './hostKey.ts';

const line = makeSshKey('test').publicKeyLine;
const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');

describe('the pinned host key', () => {
  it('is the same as itself alone', () => {
    const key = parseHostKey(line, 'h');
    expect(key.algorithms).toEqual(['ssh-ed25519']);
    expect(sameKey(key, blob)).toBe(true);
    const other = Buffer.from(makeSshKey('test').publicKeyLine.split(' ')[1] ?? '', 'base64');
    expect(sameKey(key, other)).toBe(false);
    expect(sameKey(key, blob.subarray(1))).toBe(false);
    expect(sameKey(key, Buffer.alloc(0))).toBe(false);
  });

  it.each([
    '',
    'ssh-ed25519',
    'ssh-ed25519 AAAA',
    `ssh-rsa ${blob.toString('base64')}`,
    `toString ${blob.toString('base64')}`,
  ])('%j is none', (text) => {
    expect(() => parseHostKey(text, 'h')).toThrow('The host key that is pinned for h cannot be read.');
  });
});
