import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { checkImage } from './imageReference.ts';
import { errorOf } from './testing/errors.ts';

const digest = `sha256:${'0af1'.repeat(16)}`;

describe('names of images', () => {
  it.each([
    'python',
    'python:3.12',
    'rapidsai/base:25.10-cuda12-py3.12',
    'registry.example.org:5000/team/my_image:v1',
    'localhost/x',
    'LOCALHOST:5000/x:Tag_1',
    '10.0.0.1:5000/a__b/c-d--e.f',
    `registry.example.org/team/image@${digest}`,
  ])('takes %s', (image) => {
    expect(checkImage(image)).toBe(image);
  });

  it.each([
    ['', 'it is empty', 'registry.example.com'],
    ['python:3 .12', 'a space', 'registry.example.com'],
    ['python\n', 'a space', ''],
    ['$(params.image)', 'not filled in', 'Tekton would expand'],
    ['python:$(HOME)', 'not filled in', ''],
    ['docker://python:3', 'begins with docker://', 'Leave that out: python:3.'],
    ['https://registry.example.org/a', 'begins with https://', ''],
    ['RapidsAI/Base:25.10', 'lower case', 'Write rapidsai/base.'],
    ['registry.example.org:5000/Team/image', 'lower case', 'Write registry.example.org:5000/team/image.'],
    [`team/image:v1@${digest}`, 'a tag and a digest', `team/image@${digest} is exact`],
    ['team/image@sha256:abc', '64 hexadecimal', ''],
    [`team/image@${digest}@${digest}`, 'more than one "@"', ''],
    ['team/image:', 'is not a tag', ''],
    [`team/image:${'t'.repeat(129)}`, 'is not a tag', ''],
    ['team/image:v 1', 'a space', ''],
    ['team//image', 'not a part', ''],
    ['/image', 'not a part', ''],
    ['team/image/', 'not a part', ''],
    ['team/im age', 'a space', ''],
    ['team/im;age', 'not a part', ''],
    ['-team/image', 'not a part', ''],
    ['reg_istry.org/image', 'not the name of a registry', ''],
    ['a'.repeat(600), 'longer than 512', ''],
  ])('refuses %j', (image, why, action) => {
    const error = errorOf(() => checkImage(image));
    expect(error.code).toBe('spec.invalid');
    expect(error.message).toContain(why);
    expect(error.action).toContain(action);
  });

  it('passes nothing on that anybody would expand', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `registry.org/a${text}`),
        ),
        (text) => {
          try {
            expect(checkImage(text)).toMatch(/^[\w./:@-]+$/);
          } catch (error) {
            expect(SlipwayError.is(error, 'spec.invalid')).toBe(true);
          }
        },
      ),
    );
  });
});
