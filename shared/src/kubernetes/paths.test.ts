import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { pathOf, queryOf, typeName } from './paths.ts';
import { resources } from './resources.ts';

describe('pathOf', () => {
  it.each([
    [{ type: resources.pods }, '/api/v1/pods'],
    [{ type: resources.pods, namespace: 'a', name: 'b', subresource: 'log' }, '/api/v1/namespaces/a/pods/b/log'],
    [{ type: resources.nodes, namespace: 'a', name: 'n' }, '/api/v1/nodes/n'],
    [{ type: resources.pipelineRuns, namespace: 'a' }, '/apis/tekton.dev/v1/namespaces/a/pipelineruns'],
    [{ type: resources.selfSubjectReviews }, '/apis/authentication.k8s.io/v1/selfsubjectreviews'],
  ])('%j', (path, expected) => expect(pathOf(path)).toBe(expected));

  it('never leads elsewhere, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'f', 'e', '?', '#', '\\', 'ü', '\n', ' ') }),
        (name) => {
          const prefix = '/api/v1/namespaces/a/pods/';
          try {
            const path = pathOf({ type: resources.pods, namespace: 'a', name });
            const url = new URL(path, 'https://x');
            expect(url.pathname).toBe(path);
            expect(path.startsWith(prefix)).toBe(true);
            expect(path.slice(prefix.length)).not.toMatch(/[/?#\s]/);
            expect(path.length).toBeGreaterThan(prefix.length);
          } catch (error) {
            expect(SlipwayError.is(error, 'path.refused')).toBe(true);
          }
        },
      ),
    );
  });
});

it('queryOf repeats lists and leaves out what is undefined', () => {
  expect(queryOf({ command: ['a', 'b c&d'], tty: false, limit: 5, x: undefined })).toBe(
    '?command=a&command=b+c%26d&tty=false&limit=5',
  );
  expect(queryOf({ x: undefined, y: [] })).toBe('');
});

it('typeName is what Kubernetes writes', () => {
  expect([
    typeName(resources.pods),
    typeName(resources.pods, 'log'),
    typeName(resources.pipelineRuns, 'status'),
  ]).toEqual(['pods', 'pods/log', 'pipelineruns.tekton.dev/status']);
});
