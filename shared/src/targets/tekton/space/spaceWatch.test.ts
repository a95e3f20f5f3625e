import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type KubernetesApi, systemClock } from '../../../kubernetes/index.ts';
import { ourRun } from '../observe/testing/objects.ts';
import { RunHistory } from './runHistory.ts';
import type { RunProgressSource } from './runProgress.ts';
import { SpaceWatch } from './spaceWatch.ts';

const { signal } = new AbortController();
const mine = 'analysis-7f3a';

/** A cluster in which one run goes on; its watches never give anything. */
function openSpace(): { readonly space: SpaceWatch; readonly watched: readonly string[] } {
  const watched: string[] = [];
  const refuse = (): never => {
    throw new Error('unused');
  };
  const api: KubernetesApi = {
    cluster: { context: 'team-a', server: 'https://cluster', user: 'ada', namespace: 'team-a' },
    get: (_path, schema) => Promise.resolve(schema.parse(ourRun(['notebook']))),
    list: () => Promise.resolve({ items: [], resourceVersion: '1', continue: '' }),
    stream: ({ type }, { fieldSelector, labelSelector }, _options, ended) => {
      watched.push([type.plural, fieldSelector ?? labelSelector ?? 'all'].join(' '));
      return new Promise((_resolve, reject) => {
        ended.addEventListener('abort', () => reject(new Error('ended')));
      });
    },
    create: refuse,
    replace: refuse,
    patch: refuse,
    delete: refuse,
    text: refuse,
    connect: refuse,
    upgrade: refuse,
    disconnect: refuse,
    dispose: refuse,
  };
  const progress: RunProgressSource = {
    lines: () => [],
    cancelRequested: () => false,
    follow: () => ({ dispose: () => undefined }),
    placeChanged: () => undefined,
  };
  const space = new SpaceWatch({
    api,
    context: 'team-a',
    clock: systemClock,
    random: () => 0,
    progress,
    history: new RunHistory(join(tmpdir(), 'slipway-no-history')),
    onManyRuns: () => undefined,
    onError: refuse,
  });
  return { space, watched };
}

const ofTheRun = [
  `pipelineruns metadata.name=${mine}`,
  `taskruns tekton.dev/pipelineRun=${mine}`,
  `pods tekton.dev/pipelineRun=${mine}`,
];

it('watches for who follows a run that run alone, and all runs once somebody wants to hear of all', async () => {
  const { space, watched } = openSpace();
  space.watch(() => undefined, 'asked');
  await space.events(mine, signal);
  // A watch of all runs would have begun by now.
  await systemClock.sleep(200, signal);
  expect(watched).toEqual(ofTheRun);
  space.watch(() => undefined, 'all');
  await expect.poll(() => watched).toEqual([...ofTheRun, 'pipelineruns all']);
  await space.dispose();
});
