import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sharedConfigMaps } from './sharedConfigMaps.ts';
import { errorOf } from './testing/errors.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const file = (text: string): Uint8Array => new TextEncoder().encode(text);

const steps = new Map([
  ['slipway_steps/run.py', file('b')],
  ['lib.sh', file('a')],
]);
const assets = new Map([['mathjax.js.gz', Uint8Array.of(0x1f, 0x8b)]]);

describe('the shared ConfigMaps', () => {
  it('are named after what they hold, and tell paths by key', () => {
    const { scripts, objects } = sharedConfigMaps(steps, assets, sha256, 'team-a');
    expect(objects.map((object) => object.render())).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: scripts.stepsName,
          namespace: 'team-a',
          labels: { 'app.kubernetes.io/managed-by': 'slipway' },
        },
        immutable: true,
        data: { 'lib.sh': 'a', 'slipway_steps.run.py': 'b' },
      },
      expect.objectContaining({ binaryData: { 'mathjax.js.gz': 'H4s=' } }),
    ]);
    expect(scripts.stepsName).toMatch(/^slipway-steps-[0-9a-f]{12}$/);
    expect([...scripts.steps]).toEqual([
      ['lib.sh', 'lib.sh'],
      ['slipway_steps.run.py', 'slipway_steps/run.py'],
    ]);
  });

  it('have another name when a byte or a path differs, and the same whatever the order', () => {
    const nameOf = (files: ReadonlyMap<string, Uint8Array>): string =>
      sharedConfigMaps(files, assets, sha256, 'team-a').scripts.stepsName;
    const name = nameOf(steps);
    expect(nameOf(new Map([...steps].reverse()))).toBe(name);
    expect(nameOf(new Map([...steps, ['lib.sh', file('c')]]))).not.toBe(name);
    expect(nameOf(new Map([...steps, ['new.sh', file('')]]))).not.toBe(name);
  });

  it('never mix two files up', () => {
    const files = new Map([
      ['a/b', file('')],
      ['a.b', file('')],
    ]);
    expect(errorOf(() => sharedConfigMaps(files, assets, sha256, 'x')).code).toBe('internal');
    expect(errorOf(() => sharedConfigMaps(new Map([['a b', file('')]]), assets, sha256, 'x')).code).toBe('internal');
  });
});
