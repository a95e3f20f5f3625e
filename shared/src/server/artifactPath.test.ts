import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactTarget, readRequestTarget } from './artifactPath.ts';

describe('readRequestTarget', () => {
  it('reads files, the zip and the health check', () => {
    expect(readRequestTarget('/health?now')).toEqual({ kind: 'health' });
    expect(readRequestTarget('/runs/local/a-1/artifacts.zip')).toEqual({ kind: 'zip', context: 'local', run: 'a-1' });
    const path = 'work/a b/%41 #1?.html';
    expect(readRequestTarget('/runs/local/a-1/artifacts/work/a%20b/%2541%20%231%3F.html?x=1')).toEqual({
      kind: 'file',
      context: 'local',
      run: 'a-1',
      path,
    });
  });

  it.each([
    '/runs/local/a-1/artifacts/../../secret',
    '/runs/local/a-1/artifacts/%2e%2e/secret',
    '/runs/local/a-1/artifacts/..%2f..%2fsecret',
    '/runs/local/a-1/artifacts/work%2Fsecret',
    '/runs/local/a-1/artifacts//etc/passwd',
    '/runs/local/a-1/artifacts/./x',
    '/runs/local/a-1/artifacts/a%00b',
    '/runs/local/a-1/artifacts/%E4%B8',
    '/runs/local/a-1/artifacts/%zz',
    '/runs/local/a-1/artifacts/',
    '/runs/local/a-1/artifacts',
    '/runs/local/%2e%2e/artifacts/x',
    '/runs/local/..%2fother/artifacts.zip',
    '/runs/local/a-1/artifacts.zip/x',
    '/runs/local/a-1',
    '/health/x',
    '//health',
    'health',
    'http://core/health',
    '*',
    '',
  ])('refuses %j', (target) => {
    expect(readRequestTarget(target)).toBeUndefined();
  });

  it('reads back any safe path that artifactTarget wrote', () => {
    const segment = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/^\.{1,2}$|[/\0]/.test(text));
    fc.assert(
      fc.property(segment, segment, fc.array(segment, { minLength: 1 }), (context, run, segments) => {
        const path = segments.join('/');
        expect(readRequestTarget(artifactTarget(context, run, path))).toEqual({ kind: 'file', context, run, path });
      }),
    );
  });

  it('never yields a path that climbs', () => {
    const piece = fc.constantFrom('..', '.', '/', '%2e', '%2f', '%5c', '%00', 'a', '%25', '\\');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const asked = readRequestTarget(`/runs/local/a/artifacts/${pieces.join('')}`);
        if (asked?.kind !== 'file') return;
        expect(asked.path.split('/')).not.toContain('..');
        expect(asked.path.startsWith('/')).toBe(false);
      }),
    );
  });
});
