import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { ApiFailure, TransportFailure, type TransportFault } from '../transport/failures.ts';
import { isAboutSpdy } from './portForward.ts';

const answered = (status: number, message: string, understood: boolean) =>
  new SlipwayError('cluster.protocol', 'x', {
    cause: new ApiFailure({ status, message, body: understood ? { kind: 'Status', message } : undefined }),
  });
const failed = (fault: TransportFault) =>
  new SlipwayError('cluster.unreachable', 'x', { cause: new TransportFailure(fault, 'x') });

describe('another protocol is tried', () => {
  it.each([
    ['where a proxy answers', answered(400, 'Bad request', false)],
    ['where a proxy forbids', answered(403, 'No upgrades', false)],
    ['where the API server does not know it', answered(400, 'Upgrade request required', true)],
    ['where a proxy breaks the connection', failed('cut')],
    ['where what comes is not understood', failed('protocol')],
  ])('%s', (_name, error) => {
    expect(isAboutSpdy(error)).toBe(true);
  });
});

describe('another protocol is not tried', () => {
  it.each([
    ['where the person may not', answered(403, 'pods "p" is forbidden: ', true)],
    ['where there is no such pod', answered(404, 'pods "p" not found', true)],
    ['where the pod does not run', answered(400, 'pod p does not have a host assigned', true)],
    ['where nobody is signed in', answered(401, 'Unauthorized', false)],
    ['where there is no way to the cluster', failed('unreachable')],
    ['where nothing comes', failed('timeout')],
    ['where it was cancelled', new SlipwayError('cancelled', 'x')],
  ])('%s', (_name, error) => {
    expect(isAboutSpdy(error)).toBe(false);
  });
});
