import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerLine, parseUploadAnswer, partLine, uploadFailure } from './uploadProtocol.ts';

const files = [
  { path: 'a', bytes: 10, sha256: 'aa' },
  { path: 'b', bytes: 0, sha256: 'bb', executable: true },
];

describe('the upload protocol', () => {
  it('announces files and parts in lines', () => {
    expect(Buffer.from(headerLine(files)).toString()).toBe(
      '{"files":[{"path":"a","bytes":10,"sha256":"aa"},{"path":"b","bytes":0,"sha256":"bb","executable":true}]}\n',
    );
    expect(Buffer.from(partLine({ file: 0, offset: 4 }, 10)).toString()).toBe('{"file":0,"offset":4,"length":6}\n');
  });

  it('takes what the receiver says', () => {
    expect(
      parseUploadAnswer(
        {
          missing: [
            { file: 0, offset: 10 },
            { file: 1, offset: 0 },
          ],
        },
        files,
      ),
    ).toEqual({
      kind: 'missing',
      parts: [
        { file: 0, offset: 10 },
        { file: 1, offset: 0 },
      ],
    });
    expect(parseUploadAnswer({ ok: true, files: 2, bytes: 10 }, files)).toEqual({ kind: 'done' });
    const full = parseUploadAnswer({ ok: false, error: 'disk.full', message: 'No space left on device' }, files);
    expect(full).toMatchObject({ kind: 'failed', code: 'disk.full' });
    expect(parseUploadAnswer({ ok: false, error: 'made.up', message: 'x', file: 1 }, files)).toMatchObject({
      code: 'cluster.protocol',
    });
  });

  it.each([
    ['files that were not announced', { missing: [{ file: 2, offset: 0 }] }],
    ['more than there is', { missing: [{ file: 1, offset: 1 }] }],
    [
      'a file twice',
      {
        missing: [
          { file: 0, offset: 0 },
          { file: 0, offset: 1 },
        ],
      },
    ],
    ['another number of files', { ok: true, files: 1, bytes: 10 }],
    ['another number of bytes', { ok: true, files: 2, bytes: 11 }],
    ['nothing', {}],
  ])('does not take %s', (_name, answer) => {
    expect(parseUploadAnswer(answer, files)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void parseUploadAnswer(value, files)));
  });

  it('says which file, why, and what to do', () => {
    const error = uploadFailure(
      { kind: 'failed', code: 'path.refused', message: 'something is in the way.', file: 0 },
      files,
    );
    expect(error.message).toBe('a could not be uploaded: something is in the way.');
    expect(error.action).toContain('Rename the file');
  });
});
