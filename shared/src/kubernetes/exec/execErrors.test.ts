import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { ApiFailure } from '../transport/failures.ts';
import { connectFailure, execFailure, lostConnection } from './execErrors.ts';

const target = {
  cluster: { context: 'gpu', server: 'https://api.example.com', user: 'alice', namespace: 'ds' },
  namespace: 'ds',
  pod: 'p',
  container: 'step-collect',
  program: 'python3',
};
const refused = (status: number, message: string) =>
  new SlipwayError('cluster.refused', 'x', {
    cause: new ApiFailure({ status, message, body: { kind: 'Status', message } }),
  });

describe('why an exec was refused', () => {
  it.each([
    [
      'get',
      'pods "p" is forbidden: User "alice" cannot get resource "pods/exec" in API group "" in the namespace "ds"',
    ],
    [
      'create',
      'pods "p" is forbidden: User "alice" cannot create resource "pods/exec" in API group "" in the namespace "ds"',
    ],
    ['create', 'pods "p" is forbidden: '],
  ])('names the verb %s', (verb, message) => {
    const error = connectFailure(target, refused(403, message));
    expect(SlipwayError.is(error, 'cluster.forbidden') && error.message).toContain(`may not ${verb} pods/exec in ds`);
  });

  it.each([
    ['run.conflict', 'is not running', 'container not found ("step-collect")'],
    ['run.conflict', 'is not running', 'cannot exec into a container in a completed pod; current phase is Succeeded'],
    ['run.conflict', 'is not running', 'pod p does not have a host assigned'],
  ])('says %s: %s', (code, words, message) => {
    const error = connectFailure(target, refused(400, message));
    expect(error).toMatchObject({ code });
    expect(SlipwayError.is(error) && error.message).toContain(words);
  });

  it.each(['executable file not found', 'container not found', 'dial tcp: no', 'odd'])(
    'names cluster, user, verb and object, and what to do: %s',
    (said) => {
      for (const { request, action } of [execFailure(target, said), lostConnection(target, 1006)]) {
        expect(request).toEqual({
          context: 'gpu',
          server: 'https://api.example.com',
          user: 'alice',
          verb: 'create',
          object: 'pods/exec "p" in ds',
        });
        expect(action).toMatch(/\.$/);
      }
    },
  );

  it('leaves other failures as they are', () => {
    const other = refused(403, 'exec is not for you');
    expect(connectFailure(target, other)).toBe(other);
    expect(connectFailure(target, new Error('x'))).toBeInstanceOf(Error);
  });

  it('names a program that is not there', () => {
    const said =
      'failed to exec in container: OCI runtime exec failed: exec: "python3": executable file not found in $PATH: unknown';
    expect(execFailure(target, said).message).toBe('There is no program python3 in container step-collect of pod p.');
    const unreachable =
      'Internal error occurred: error sending request: Post "https://10.0.0.1:10250": dial tcp: connection refused';
    expect(execFailure(target, unreachable)).toMatchObject({ code: 'cluster.unreachable' });
    expect(execFailure(target, 'disk\n on fire.').message).toContain(
      'could not be run in container step-collect of pod p: disk on fire.',
    );
  });
});
