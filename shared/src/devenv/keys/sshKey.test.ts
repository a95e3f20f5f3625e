import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, makeSshKey, parsePublicKeyLine, readSshKey } from './index.ts';

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const comments = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constantFrom('', 'alice@laptop', '爱丽丝'));

/** Made once by `ssh-keygen -t ed25519` for this test; guards nothing. */
const known = {
  line: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8oKha1loGYpd+ZbJMk2SUksc6YC2hC0F2BqawerVx4 alice@laptop',
};

describe('an SSH key', () => {
  it('can be read back, whatever its seed and its comment', () => {
    fc.assert(
      fc.property(seeds, comments, (seed, comment) => {
        const key = makeSshKey(comment, seed);
        expect(readSshKey(key.privateKey)).toEqual(key);
        expect(key.publicKeyLine).not.toMatch(/[\r\n]/);
        expect(parsePublicKeyLine(key.publicKeyLine)?.type).toBe('ssh-ed25519');
      }),
      { numRuns: 400 },
    );
  });

  it('is another one each time', () => {
    expect(makeSshKey('a').publicKeyLine).not.toBe(makeSshKey('a').publicKeyLine);
  });

  it('is never another key once a byte of it differs, at most one with another comment', () => {
    const made = makeSshKey('alice@laptop', Buffer.alloc(32, 7));
    const [first = '', ...lines] = made.privateKey.split('\n');
    const file = Buffer.from(lines.slice(0, -2).join(''), 'base64');
    const commentAt = file.indexOf('alice@laptop');
    const changes = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(changes, ([at, change]) => {
        const changed = Buffer.from(file);
        changed[at] = (changed[at] ?? 0) ^ change;
        const text = [first, changed.toString('base64'), ...lines.slice(-2)].join('\n');
        const read = readSshKey(text);
        if (read === undefined) return;
        expect(at).toBeGreaterThanOrEqual(commentAt - 4);
        expect(fingerprintOf(read.publicKeyLine)).toBe(fingerprintOf(made.publicKeyLine));
      }),
      // The second makes the comment a byte longer, which takes the one byte of padding into it.
      { numRuns: 400, examples: [[[commentAt, 1]], [[commentAt - 1, 1]]] },
    );
  });

  it('is not read from other texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readSshKey(text)).toBeUndefined();
      }),
    );
    expect(readSshKey('-----BEGIN OPENSSH PRIVATE KEY-----\n\n-----END OPENSSH PRIVATE KEY-----\n')).toBeUndefined();
  });
});

describe('a line of authorized_keys', () => {
  it('has the fingerprint that ssh-keygen shows', () => {
    expect(fingerprintOf(known.line)).toBe('SHA256:eD7YwtWTyE3BpLy9QteYPo6zHJXEH12yI5l8INhyueo');
  });

  it('may have options before the key and blanks in its comment', () => {
    const [type = '', key = ''] = known.line.split(' ');
    const options = 'from="10.0.0.0/8",command="echo \\"hi there\\"",no-pty';
    expect(parsePublicKeyLine(` ${options} ${type} ${key}  my old laptop `)).toEqual({
      type,
      key,
      comment: 'my old laptop',
      options,
    });
    expect(parsePublicKeyLine(`${type} ${key}`)).toEqual({ type, key, comment: '', options: '' });
  });

  it.each([
    '',
    '   ',
    '# a comment',
    'ssh-ed25519',
    'ssh-ed25519 AAAA',
    'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJ8oKha1loGYpd+ZbJMk2SUksc6YC2hC0F2BqawerVx4',
    'words and more words',
  ])('holds no key: %j', (line) => {
    expect(parsePublicKeyLine(line)).toBeUndefined();
    expect(fingerprintOf(line)).toBeUndefined();
  });

  it('is read or refused, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(() => fingerprintOf(line)).not.toThrow();
      }),
    );
  });
});
