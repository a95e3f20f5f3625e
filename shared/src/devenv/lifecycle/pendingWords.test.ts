import { expect, it } from 'vitest';
import { podReading } from '../../targets/index.ts';
import { PendingWords } from './pendingWords.ts';

const { podSchema } = await podReading();
const made = Date.parse('2026-11-25T10:00:00Z');
const waiting = (version: string) =>
  podSchema.parse({
    metadata: { uid: 'u', resourceVersion: version, creationTimestamp: new Date(made).toISOString() },
  });

it('looks at a cluster the less often the longer a pod has waited, and at once where the pod changes', async () => {
  let now = made;
  let looks = 0;
  const words = new PendingWords(() => now);
  const look = () => Promise.resolve(`look ${(looks += 1)}`);
  const after = async (seconds: number, version = '1') => {
    now = made + seconds * 1000;
    return words.of(waiting(version), look);
  };
  expect([await after(0), await after(0.5), await after(1)]).toEqual(['look 1', 'look 1', 'look 2']);
  expect([await after(300), await after(309), await after(311)]).toEqual(['look 3', 'look 3', 'look 4']);
  expect([await after(86_400), await after(86_429), await after(86_431)]).toEqual(['look 5', 'look 5', 'look 6']);
  expect(await after(86_432, '2')).toBe('look 7');
});
