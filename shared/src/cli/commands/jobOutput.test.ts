import { describe, expect, it } from 'vitest';
import { FakeIo } from '../testing/fakeIo.ts';
import { Session } from '../session.ts';
import { createJobOutput } from './jobOutput.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** What is seen of these pieces, on a terminal or in a file. */
function shown(pieces: readonly Uint8Array[], options: ConstructorParameters<typeof FakeIo>[0] = {}) {
  const io = new FakeIo(options);
  const output = createJobOutput(new Session(io), true);
  for (const piece of pieces) output.write(piece);
  output.end();
  output.dispose();
  return io;
}

describe('the output of a job', () => {
  const terminal = { columns: 80, rows: 24 };

  it('comes byte for byte to a file', () => {
    const text = '\u001b[2Jhello\r\nwörld\u0000 no end';
    // FakeIo keeps bytes as they are, a character each.
    expect(Buffer.from(shown([bytes(text)]).written.stdout, 'latin1').toString('utf8')).toBe(text);
  });

  it('comes to a terminal in whole lines, whatever pieces it came in', () => {
    const text = bytes('one\ntwö\r\nthree');
    const pieces = [...text].map((byte) => Uint8Array.of(byte));
    expect(
      shown(pieces, { terminal })
        .shown.split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(expect.arrayContaining(['one', 'twö', 'three']));
  });

  it('does not move the cursor of a terminal, nor set its title', () => {
    const { stdout } = shown([bytes('\u001b]0;evil\u0007\u001b[2J\u001b[1;1Hhere\n')], { terminal }).written;
    expect(stdout).toContain('here');
    expect(stdout).not.toContain('evil');
    expect(stdout).not.toContain('\u001b[2J');
    expect(stdout).not.toContain('\u001b[1;1H');
  });

  it('shows of a progress bar what it has come to', () => {
    const io = shown([bytes('10%\r50%\r'), bytes('100%\ndone\n')], { terminal });
    const lines = io.shown.split('\n').map((line) => line.trimEnd());
    expect(lines).toEqual(expect.arrayContaining(['100%', 'done']));
    expect(lines).not.toContain('50%');
  });

  it('breaks a line that never ends', () => {
    const { stdout } = shown([bytes('x'.repeat(200_000))], { terminal }).written;
    expect(stdout.split('\n').length).toBeGreaterThan(3);
  });
});
