import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../protocol/index.ts';
import { parseManifest } from './manifestFile.ts';

const run = 'apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: a}\nspec: {}\n';
const bomb = `${[
  'a: &a [x]',
  ...'bcdefghij'.split('').map((name, index) => {
    const before = 'abcdefghi'[index] ?? 'a';
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
  }),
].join('\n')}\n`;

describe('parseManifest', () => {
  it.each([
    ['YAML', run],
    ['JSON', JSON.stringify({ apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { name: 'a' }, spec: {} })],
    ['YAML among empty documents', `---\n---\n${run}---\n`],
    ['its own space', run.replace('{name: a}', '{name: a, namespace: team-a}')],
  ])('takes %s', (_, text) => {
    expect(parseManifest(text, 'team-a')).toMatchObject({ kind: 'PipelineRun', metadata: { name: 'a' }, spec: {} });
  });

  it('leaves what it does not know as it is', () => {
    const text = run.replace('spec: {}', 'spec: {params: [{name: x, value: "1.10"}], unknown: [1, null]}');
    expect(parseManifest(text, 'team-a').spec).toEqual({ params: [{ name: 'x', value: '1.10' }], unknown: [1, null] });
  });

  it.each([
    ['', /holds nothing/],
    ['# nothing\n', /holds nothing/],
    [`${run}---\n${run}`, /holds 2 objects/],
    ['a: [\n', /^Line 2, column 1 of the manifest:/],
    ['a: 1\n\tb: 2\n', /^Line 2, column \d+ of the manifest:/],
    ['just words', /no PipelineRun: the manifest:/],
    [run.replace('metadata: {name: a}\n', ''), /no PipelineRun: metadata:/],
    [run.replace('PipelineRun', 'Pod'), /holds a Pod of tekton.dev\/v1/],
    [run.replace('/v1', '/v1beta1'), /holds a PipelineRun of tekton.dev\/v1beta1/],
    [run.replace('{name: a}', '{}'), /either metadata.name or metadata.generateName/],
    [run.replace('{name: a}', '{name: a, generateName: b}'), /either metadata.name or metadata.generateName/],
    [run.replace('{name: a}', '{name: a, namespace: team-b}'), /for the space team-b, and this context is for team-a/],
    [bomb, /cannot be read/],
    [`${run}# ${'x'.repeat(2_000_000)}`, /larger than a cluster can store/],
  ])('%#: refuses in words', (text, words) => {
    const parse = () => parseManifest(text, 'team-a');
    expect(parse).toThrow(SlipwayError);
    expect(parse).toThrow(words);
  });

  it('says what is wrong with anything', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string({
            unit: fc.constantFrom('-', ':', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\n', ' ', '"', 'a'),
          }),
        ),
        (text) => {
          try {
            parseManifest(text, 'team-a');
          } catch (error) {
            expect(SlipwayError.is(error, 'spec.invalid')).toBe(true);
          }
        },
      ),
    );
  });
});
