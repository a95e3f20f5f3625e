import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../bytes/testing/cuts.ts';
import { AnswerCut, AnswerReader } from './answerReader.ts';

function streamOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  return ReadableStream.from(chunks);
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('an answer of lines and bytes', () => {
  it('is the same however it comes', async () => {
    const item = fc.tuple(fc.jsonValue(), fc.uint8Array({ maxLength: 30 }));
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 8 }), fc.array(fc.nat(500)), async (items, cuts) => {
        const wire = Buffer.concat(
          items.flatMap(([value, bytes]) => [Buffer.from(`${JSON.stringify(value)}\n`), bytes]),
        );
        const reader = new AnswerReader(streamOf(cutAt(wire, cuts)));
        for (const [value, bytes] of items) {
          expect(await reader.json(10_000)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(await collect(reader.bytes(bytes.length))).toEqual(Buffer.from(bytes));
        }
        await expect(reader.json(10)).rejects.toBeInstanceOf(AnswerCut);
      }),
    );
  });

  it('is cut where it ends too early', async () => {
    const reader = new AnswerReader(streamOf([Buffer.from('{"length": 5}\nabc')]));
    await reader.json(100);
    await expect(collect(reader.bytes(5))).rejects.toBeInstanceOf(AnswerCut);
  });

  it('has lines of a limited length, of JSON', async () => {
    await expect(new AnswerReader(streamOf([Buffer.from('"12345678"\n')])).json(5)).rejects.toBeInstanceOf(RangeError);
    await expect(new AnswerReader(streamOf([Buffer.from('Welcome\n')])).json(100)).rejects.toBeInstanceOf(SyntaxError);
  });
});
