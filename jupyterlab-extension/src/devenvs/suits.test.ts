import type { DevEnv, DevEnvState } from '@slipway/shared/protocol';
import { expect, it } from 'vitest';
import type { DevEnvAction } from '../devEnvPage.ts';
import { english } from '../words/english.ts';
import { suits } from './suits.ts';

const all = Object.keys(english.devEnvActions) as DevEnvAction[];
const devEnv = (state: DevEnvState, given: Partial<DevEnv> = {}): DevEnv => ({
  context: 'team-a',
  namespace: 'lab',
  name: 'devenv-alice',
  mine: true,
  state,
  image: '',
  cpu: '1',
  memory: '1Gi',
  gpus: 0,
  disk: { claimName: 'devenv-alice', size: '1Gi' },
  volumes: [],
  idle: { stopAfterMs: 0 },
  spec: {},
  host: '',
  ...given,
});
const offered = (...given: Parameters<typeof devEnv>): string =>
  all.filter((action) => suits(action, devEnv(...given))).join(' ');

it.each<[DevEnvState, string]>([
  ['stopped', 'start connect test devices run resize delete'],
  ['failed', 'start connect test devices run resize delete'],
  ['starting', 'stop restart connect test devices run resize delete'],
  ['running', 'stop restart connect test jupyter devices run jobs upload download resize delete'],
  ['stopping', 'connect test devices resize delete'],
])('of a DevEnv that is %s is offered: %s', (state, actions) => expect(offered(state)).toBe(actions));

it('to keep it running is offered before an idle stop', () => {
  expect(offered('running', { idle: { stopAfterMs: 1, stopsAt: 1 } })).toContain('keep');
});

it('nothing is offered of somebody else’s', () => expect(offered('running', { mine: false })).toBe(''));
