import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { parseRecord, signInRecordSchema, type SignInRecord } from './record.ts';

const record: SignInRecord = {
  version: 1,
  issuer: 'https://idp.example',
  clientId: 'slipway',
  state: 'signedIn',
  claims: { sub: 'alice' },
  storage: 'file',
  refreshToken: 'a-secret',
};

describe('a record of a sign-in', () => {
  it('comes back as it was written', () => {
    expect(parseRecord(JSON.stringify(record), 'f')).toEqual(record);
  });

  it.each([
    ['', 'The sign-in in f cannot be read.'],
    ['{', 'The sign-in in f cannot be read.'],
    [JSON.stringify({ ...record, state: 'a-secret' }), 'The sign-in in f cannot be read.'],
    [JSON.stringify({ ...record, version: 2 }), 'f was written by a newer version of Slipway.'],
  ])('is refused without being quoted: %s', (text, message) => {
    expect(() => parseRecord(text, 'f')).toThrow(expect.objectContaining({ code: 'vault.refused', message }));
  });

  it('fails only by name, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(signInRecordSchema.safeParse(parseRecord(text, 'f')).success).toBe(true);
        } catch (error) {
          expect(SlipwayError.is(error, 'vault.refused')).toBe(true);
        }
      }),
    );
  });
});
