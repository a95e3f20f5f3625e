import { describe, expect, it } from 'vitest';
import type { ClusterAccess } from '../access.ts';
import { fixedCredential } from '../credentials.ts';
import { requestOptions, requestTarget } from './requestOptions.ts';

const access = (more: Partial<ClusterAccess>): ClusterAccess => ({
  server: new URL('https://cluster.example.com'),
  tls: { authorities: undefined, insecure: false, serverName: undefined },
  proxy: undefined,
  credentials: fixedCredential({}),
  impersonate: undefined,
  ...more,
});

describe('a request', () => {
  it('goes below the path of the server', () => {
    const server = new URL('https://[::1]:8443/k8s/clusters/c-1/');
    expect(requestTarget(server, '/version')).toEqual({ host: '::1', port: '8443', path: '/k8s/clusters/c-1/version' });
    expect(requestTarget(new URL('https://x'), '/version')).toEqual({ host: 'x', port: '443', path: '/version' });
  });

  it('has its credential and whom it acts as, but nothing of them without TLS', () => {
    const credential = { authorization: 'Bearer t', certificate: 'c', key: 'k' };
    const impersonate = { user: 'ada', groups: ['a', 'b'], uid: 'u1', extra: { 'Example.com/Scope': ['x'] } };
    const secure = requestOptions(access({ impersonate }), credential, {});
    expect(secure).toMatchObject({ cert: 'c', key: 'k', rejectUnauthorized: true });
    expect(secure.headers).toEqual({
      'user-agent': 'slipway',
      authorization: 'Bearer t',
      'impersonate-user': 'ada',
      'impersonate-group': ['a', 'b'],
      'impersonate-uid': 'u1',
      'impersonate-extra-example.com%2Fscope': ['x'],
    });
    const plain = requestOptions(access({ impersonate, server: new URL('http://x') }), credential, {});
    expect(plain).toEqual({ protocol: 'http:', headers: { 'user-agent': 'slipway' } });
  });
});
