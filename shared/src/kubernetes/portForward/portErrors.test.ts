import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { ApiFailure } from '../transport/failures.ts';
import { connectFailure, lostConnection, portFailure, wrongPort } from './portErrors.ts';

const target = {
  cluster: { context: 'gpu', server: 'https://api.example.com', user: 'alice', namespace: 'ds' },
  namespace: 'ds',
  pod: 'p',
  port: 22,
};

describe('why a port cannot be reached', () => {
  it.each([
    [
      'Nothing listens on port 22 of pod p.',
      'error forwarding port 22 to pod p, uid : dial tcp4 127.0.0.1:22: connect: connection refused',
    ],
    ['Pod p in ds is not running, so port 22 cannot be reached.', 'sandbox container "abc" is not running'],
    ['Port 22 of pod p cannot be reached: i/o timeout.', 'i/o\ntimeout'],
  ])('%s', (message, said) => {
    expect(portFailure(target, said).message).toBe(message);
  });

  it('names cluster, user, verb and object, and what to do', () => {
    const said = ['connection refused', 'not running', 'i/o timeout'].map((text) => portFailure(target, text));
    for (const { request, action } of [...said, lostConnection(target, 1006), wrongPort(target, 'port 23')]) {
      expect(request).toEqual({
        context: 'gpu',
        server: 'https://api.example.com',
        user: 'alice',
        verb: 'create',
        object: 'pods/portforward "p" in ds',
      });
      expect(action).toMatch(/\.$/);
    }
  });

  it.each([
    ['get', 'pods "p" is forbidden: User "alice" cannot get resource "pods/portforward" in API group ""'],
    ['create', 'pods "p" is forbidden: '],
  ])('names the missing verb %s', (verb, message) => {
    const refusal = new ApiFailure({ status: 403, message, body: { kind: 'Status', message } });
    const error = connectFailure(target, new SlipwayError('cluster.forbidden', 'x', { cause: refusal }));
    expect(SlipwayError.is(error) && error.message).toContain(`may not ${verb} pods/portforward in ds`);
  });
});
