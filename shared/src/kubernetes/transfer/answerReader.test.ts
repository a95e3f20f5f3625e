import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import { AnswerCut, AnswerReader } from './answerReader.ts';

function streamOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  return ReadableStream.from(chunks);
}

describe('an answer of lines', () => {
  it('is the same however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.array(fc.nat(500)), async (values, cuts) => {
        const wire = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
        const reader = new AnswerReader(streamOf(cutAt(wire, cuts)));
        for (const value of values) expect(await reader.json(10_000)).toEqual(JSON.parse(JSON.stringify(value)));
        await expect(reader.json(10)).rejects.toBeInstanceOf(AnswerCut);
      }),
    );
  });

  it('is cut where it ends too early', async () => {
    const reader = new AnswerReader(streamOf([Buffer.from('{"length": 5}\n{"len')]));
    await reader.json(100);
    await expect(reader.json(100)).rejects.toBeInstanceOf(AnswerCut);
  });

  it('has lines of a limited length, of JSON', async () => {
    await expect(new AnswerReader(streamOf([Buffer.from('"12345678"\n')])).json(5)).rejects.toBeInstanceOf(RangeError);
    await expect(new AnswerReader(streamOf([Buffer.from('Welcome\n')])).json(100)).rejects.toBeInstanceOf(SyntaxError);
  });
});
