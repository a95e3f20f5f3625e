import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutSection, withSection, type Section } from './userConfig.ts';
import { userConfigs } from './testing/userConfigs.ts';

const include: Section = { kind: 'include', path: '/home/ada lovelace/Schlüssel/ssh/config' };
const block: Section = { ...include, kind: 'block' };
const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (content: Uint8Array): string => Buffer.from(content).toString('utf8');

describe('our section in a person’s ssh config', () => {
  it.each([include, block])('comes and goes without touching another byte: $kind', (section) => {
    fc.assert(
      fc.property(userConfigs, (before) => {
        const after = withSection(before, section);
        expect(Buffer.from(withoutSection(after, section)).equals(before)).toBe(true);
        // What we added is one piece, and all that was there stands around it as it was.
        const added = after.length - before.length;
        const at = Buffer.from(before).subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
        const rest = Buffer.concat([Buffer.from(after).subarray(0, at), Buffer.from(after).subarray(at + added)]);
        expect(rest.equals(before)).toBe(true);
        expect(withSection(after, section)).toBe(after);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is found again where a person moved it, and nothing is added then', () => {
    fc.assert(
      fc.property(userConfigs, fc.nat(), (before, where) => {
        const [line = ''] = text(withSection(bytes(''), include)).split('\n');
        const lines = Buffer.from(before).toString('latin1').split('\n');
        lines.splice(where % (lines.length + 1), 0, Buffer.from(line, 'utf8').toString('latin1'));
        const moved = Buffer.from(lines.join('\n'), 'latin1');
        expect(withSection(moved, include)).toBe(moved);
        expect(Buffer.from(withoutSection(moved, include)).includes(Buffer.from(include.path))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is one line at the very top, behind the mark that some editors begin with', () => {
    expect(text(withSection(bytes('Host a\n'), include))).toBe(`Include "${include.path}"\nHost a\n`);
    expect(text(withSection(bytes('\ufeffHost a\n'), include))).toBe(`\ufeffInclude "${include.path}"\nHost a\n`);
    expect(text(withSection(bytes('Host a\r\n'), include))).toBe(`Include "${include.path}"\r\nHost a\r\n`);
  });

  it('is known however its line is written', () => {
    for (const line of [`include ${include.path}`, `\tINCLUDE = "${include.path}"  \r`]) {
      const file = bytes(`Host a\n${line}\n`);
      expect(withSection(file, include)).toBe(file);
      expect(text(withoutSection(file, include))).toBe('Host a\n');
    }
  });

  it('is renewed in its place where the block holds something else', () => {
    const old = 'Host a\n# --- START SLIPWAY x\nInclude "/old"\n# --- END SLIPWAY ---\nHost b\n';
    const after = text(withSection(bytes(old), block));
    expect(after).toMatch(/^Host a\n# --- START SLIPWAY .*\nInclude "\/home.*"\n# --- END SLIPWAY ---\nHost b\n$/);
    expect(text(withoutSection(bytes(after), block))).toBe('Host a\nHost b\n');
  });

  it.each([
    '# --- START SLIPWAY ---\nHost a\n',
    'Host a\n# --- END SLIPWAY ---\n',
    '# --- END SLIPWAY ---\n# --- START SLIPWAY ---\n',
    '# --- START SLIPWAY ---\n# --- START SLIPWAY ---\n# --- END SLIPWAY ---\n',
  ])('is refused where a block does not end as it began: %j', (file) => {
    expect(() => withSection(bytes(file), block)).toThrow('do not fit together');
    expect(() => withoutSection(bytes(file), block)).toThrow('do not fit together');
  });

  it('is not put into what ssh cannot read', () => {
    expect(() => withSection(Buffer.from('\ufeffHost a\n', 'utf16le'), include)).toThrow('UTF-16');
    expect(() => withSection(bytes('Host a\0\n'), include)).toThrow('no text');
  });
});
