import { describe, expect, it } from 'vitest';
import { environmentProxy } from './environmentProxy.ts';

const proxy = 'http://proxy:3128';
const find = (server: string, noProxy = '', names: Record<string, string> = { HTTPS_PROXY: proxy }) =>
  environmentProxy(new URL(server), { ...names, NO_PROXY: noProxy });

describe('environmentProxy', () => {
  it('is what HTTPS_PROXY names', () => {
    expect(find('https://api.example.com:6443')).toBe(proxy);
    expect(find('https://api.example.com', '', { https_proxy: 'proxy:1' })).toBe('http://proxy:1');
    expect(find('https://api.example.com', '', {})).toBeUndefined();
    expect(find('https://api.example.com', '', { HTTPS_PROXY: '' })).toBeUndefined();
  });

  it('is never used for this machine', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.8.8', '[::1]'])
      expect(find(`https://${host}:6443`)).toBeUndefined();
  });

  it.each([
    ['*', true],
    ['example.com', true],
    ['.example.com', true],
    ['*.example.com', true],
    ['API.Example.Com', true],
    ['api.example.com:6443', true],
    ['api.example.com:443', false],
    ['ple.com', false],
    ['.api.example.com', false],
    ['other.com, example.com', true],
    [' , ', false],
    ['10.0.0.0/8', false],
    ['[', false],
    [':6443', false],
  ])('leaves out %j: %s', (rule, excepted) => {
    expect(find('https://api.example.com:6443', rule)).toBe(excepted ? undefined : proxy);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['10.1.2.3', true],
    ['10.1.2.3:6443', true],
    ['10.1.2.3:1', false],
    ['10.1.2.4/31', false],
    ['10.1.2.2/31', true],
    ['0.0.0.0/0', true],
    ['10.0.0.0/99', false],
    ['10.0.0.0/', false],
    ['x/8', false],
  ])('leaves out the address for %j: %s', (rule, excepted) => {
    expect(find('https://10.1.2.3:6443', rule)).toBe(excepted ? undefined : proxy);
  });

  it('knows addresses of IPv6', () => {
    expect(find('https://[fd00::1]:6443', 'fd00::1')).toBeUndefined();
    expect(find('https://[fd00::1]:6443', '[fd00::1]:6443')).toBeUndefined();
    expect(find('https://[fd00::1]:6443', 'fd00::2')).toBe(proxy);
  });
});
