import { expect, it } from 'vitest';
import { teamProfileSchema } from '../../protocol/index.ts';
import { profileOffers } from './profileOffers.ts';

it('a profile offers its sizes and images, and nothing where it has one image alone', () => {
  const profile = teamProfileSchema.parse({
    image: 'a:1',
    images: ['b:2', 'a:1'],
    instanceTypes: { small: { cpu: '2', memory: '4Gi' }, gpu: { cpu: '16', memory: '32Gi', gpus: 1 } },
    defaultInstanceType: 'gpu',
  });
  expect(profileOffers(profile)).toEqual({
    instanceTypes: [
      { name: 'small', cpu: '2', memory: '4Gi', gpus: 0, default: false },
      { name: 'gpu', cpu: '16', memory: '32Gi', gpus: 1, default: true },
    ],
    images: ['a:1', 'b:2'],
  });
  expect(profileOffers(teamProfileSchema.parse({ image: 'a:1' }))).toEqual({});
});
