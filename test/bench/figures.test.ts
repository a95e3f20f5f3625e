import { describe, expect, it } from 'vitest';
import { clusterBenches } from './cluster/benches.ts';
import { figuresHere, figuresOfCluster, wantedFigures } from './figures.mjs';

describe('the figures of npm run bench', () => {
  it('are all of them where none is named, those of a place, or those named', () => {
    expect(wantedFigures([])).toEqual(new Set([...figuresHere, ...figuresOfCluster]));
    expect(wantedFigures(['all'])).toEqual(wantedFigures([]));
    expect(wantedFigures(['cluster'])).toEqual(new Set(figuresOfCluster));
    expect(wantedFigures(['local', 'submit'])).toEqual(new Set([...figuresHere, 'submit']));
    expect(() => wantedFigures(['submit', 'nothing'])).toThrow(/no figure nothing; there are start, .*cluster/);
  });

  it('have a measurement each', () => {
    expect(Object.keys(clusterBenches({ pairs: undefined, runs: undefined }))).toEqual(figuresOfCluster);
  });
});
