import { describe, expect, it } from 'vitest';
import { readText } from './readText.ts';

/** Content that tells how much of it was read, and whether it was closed. */
function contentOf(chunks: readonly Uint8Array[]) {
  const seen = { chunks: 0, closed: false };
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (const chunk of chunks) {
        await Promise.resolve();
        seen.chunks++;
        yield chunk;
      }
    } finally {
      seen.closed = true;
    }
  }
  return { seen, content: read() };
}

describe('readText', () => {
  it('puts characters together that were cut between chunks', async () => {
    const bytes = new TextEncoder().encode('a中文😀z');
    const { content } = contentOf([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(await readText({ bytes: bytes.length, content }, 'x', 100)).toBe('a中文😀z');
  });

  it('refuses a file that is too large before loading it, says so, and closes it', async () => {
    const { content, seen } = contentOf([new Uint8Array(10), new Uint8Array(10)]);
    const reading = readText({ bytes: 600 * 1024 * 1024, content }, 'analysis_output.ipynb', 512 * 1024 * 1024);
    await expect(reading).rejects.toMatchObject({
      code: 'artifact.unreadable',
      message: 'analysis_output.ipynb has 600 MiB; more than 512 MiB are not read at once.',
    });
    expect(seen).toEqual({ chunks: 1, closed: true });
  });

  it('refuses a file that grows too large while it is read', async () => {
    const { content, seen } = contentOf(Array.from({ length: 10 }, () => new Uint8Array(10)));
    await expect(readText({ bytes: 10, content }, 'x', 25)).rejects.toMatchObject({ code: 'artifact.unreadable' });
    expect(seen).toEqual({ chunks: 3, closed: true });
  });
});
