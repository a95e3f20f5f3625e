import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dated, dayOf } from './dayLabel.ts';
import { labels } from './names.ts';

const object = {
  apiVersion: 'tekton.dev/v1',
  kind: 'PipelineRun',
  metadata: { name: 'fit', labels: { [labels.run]: 'fit' } },
};

describe('the day of a run', () => {
  it('is that in UTC', () => {
    expect(dayOf(Date.UTC(2026, 10, 26, 23, 59, 59))).toBe('2026-11-26');
    expect(dayOf(0)).toBe('1970-01-01');
  });

  it('goes onto the object beside its labels, which stays as it is', () => {
    const made = dated(object, Date.UTC(2026, 0, 2));
    expect(made.metadata.labels).toEqual({ 'slipway.dev/run': 'fit', 'slipway.dev/day': '2026-01-02' });
    expect(object.metadata.labels).toEqual({ 'slipway.dev/run': 'fit' });
  });

  it('is left out where nobody knows the time', () => {
    expect(dated(object, undefined)).toBe(object);
  });

  it('is a label value that a cluster takes, or none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()), (time) => {
        expect(dayOf(time) ?? '2000-01-01').toMatch(/^\d{4}-\d{2}-\d{2}$/);
      }),
    );
  });
});
