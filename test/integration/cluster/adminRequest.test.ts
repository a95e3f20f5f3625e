import { describe, expect, it } from 'vitest';
import { fieldOf, pathOf } from './adminRequest.ts';

describe('a field of an object, by a path as kubectl takes it', () => {
  const object = {
    metadata: { labels: { 'app.kubernetes.io/managed-by': 'slipway' } },
    data: { a: 'Yg==' },
    status: { conditions: [{ reason: 'Succeeded' }], used: { 'requests.nvidia.com/gpu': '1' }, count: 3, done: false },
  };

  it.each([
    ['.metadata.labels.app\\.kubernetes\\.io/managed-by', 'slipway'],
    ['.status.conditions[0].reason', 'Succeeded'],
    ['.status.conditions[1].reason', ''],
    ['.status.used.requests\\.nvidia\\.com/gpu', '1'],
    ['.status.count', '3'],
    ['.status.done', 'false'],
    ['.data', '{"a":"Yg=="}'],
    ['.metadata.deletionTimestamp', ''],
    ['.nothing.at.all', ''],
  ])('%s', (path, value) => {
    expect(fieldOf(object, path)).toBe(value);
  });

  it('of no object is empty', () => {
    expect(fieldOf(undefined, '.metadata.uid')).toBe('');
  });
});

describe('the place of an object', () => {
  it('is in its space, or in none', () => {
    expect(pathOf('pod/a', 'b')).toBe('/api/v1/namespaces/b/pods/a');
    expect(pathOf('pv/a', 'b')).toBe('/api/v1/persistentvolumes/a');
    expect(() => pathOf('podd/a', 'b')).toThrow('podd');
  });
});
