import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExecFrame, parseExecEnd } from './execFrames.ts';

describe('a message of an exec connection', () => {
  it('is a channel and bytes', () => {
    expect(decodeExecFrame(Uint8Array.of(1, 65, 66))).toEqual({ channel: 'stdout', bytes: Uint8Array.of(65, 66) });
    expect(decodeExecFrame(Uint8Array.of(2))).toEqual({ channel: 'stderr', bytes: Uint8Array.of() });
    expect(decodeExecFrame(Uint8Array.of(3, 123))).toEqual({ channel: 'status', bytes: Uint8Array.of(123) });
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (message) => {
        const known = [1, 2, 3].includes(message[0] ?? 0);
        expect(decodeExecFrame(message).channel === 'other').toBe(!known);
      }),
    );
  });
});

describe('the end of an exec', () => {
  const failure = (reason: string, message: string, causes?: object[]) =>
    JSON.stringify({
      metadata: {},
      status: 'Failure',
      reason,
      message,
      details: causes === undefined ? {} : { causes },
    });

  it('is an exit code', () => {
    expect(parseExecEnd('{"metadata":{},"status":"Success"}')).toEqual({ kind: 'exited', exitCode: 0 });
    const causes = [{ reason: 'ExitCode', message: '42' }];
    expect(parseExecEnd(failure('NonZeroExitCode', 'command terminated with non-zero exit code', causes))).toEqual({
      kind: 'exited',
      exitCode: 42,
    });
  });

  it('is a failure where there is none', () => {
    expect(parseExecEnd(failure('InternalError', 'container not found ("x")'))).toEqual({
      kind: 'failed',
      message: 'container not found ("x")',
    });
    expect(parseExecEnd(failure('NonZeroExitCode', 'odd', [{ reason: 'ExitCode', message: 'x' }]))).toEqual({
      kind: 'failed',
      message: 'odd',
    });
    expect(parseExecEnd('not JSON')).toEqual({ kind: 'failed', message: 'not JSON' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (text) => void parseExecEnd(text)));
  });
});
