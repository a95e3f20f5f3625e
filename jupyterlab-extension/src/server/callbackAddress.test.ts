import { describe, expect, it } from 'vitest';
import { callbackAddress, elsewhere } from './callbackAddress.ts';

function page(url: string): { origin: string; hostname: string } {
  const { origin, hostname } = new URL(url);
  return { origin, hostname };
}

describe('the address that a sign-in comes back to', () => {
  it('is the hub’s one for all users, whoever the user and wherever the hub', () => {
    const path = '/hub/user-redirect/slipway/oauth/callback';
    const alice = 'https://hub.example.com/user/alice/';
    expect(callbackAddress(page(alice), alice, path)).toBe(`https://hub.example.com${path}`);
    const outside = 'https://hub.example.com/hub/user-redirect/slipway/oauth/callback';
    expect(callbackAddress(page('https://alice.hub.example.com/lab'), '/user/alice/', outside)).toBe(outside);
    expect(callbackAddress(page('http://127.0.0.1:8000/user/alice/lab'), '/user/alice/', path)).toBe(
      `http://127.0.0.1:8000${path}`,
    );
  });

  it('is this server’s own under its base URL', () => {
    const address = 'https://notebooks.example.com/team/slipway/oauth/callback';
    expect(callbackAddress(page(address), 'https://notebooks.example.com/team/', undefined)).toBe(address);
    expect(callbackAddress(page(address), '/team/', undefined)).toBe(address);
  });

  it.each(['http://localhost:8888/', 'http://127.0.0.1:8888/', 'http://127.1.2.3/', 'http://[::1]:8888/'])(
    'is the core’s where the page is at %s',
    (url) => {
      expect(callbackAddress(page(url), url, undefined)).toBeUndefined();
    },
  );

  it('is not the core’s where a name only looks like this machine', () => {
    const url = 'https://127.0.0.1.example.com/';
    expect(callbackAddress(page(url), url, undefined)).toBe(`${url}slipway/oauth/callback`);
  });
});

it.each([
  ['localhost', undefined, undefined],
  ['127.0.0.1', undefined, undefined],
  ['[::1]', undefined, undefined],
  ['127.0.0.1', '/hub/user-redirect/slipway/oauth/callback', 'hub'],
  ['hub.example.com', 'https://hub.example.com/hub/user-redirect/slipway/oauth/callback', 'hub'],
  ['10.0.0.7', undefined, 'address'],
  ['localhost.example.com', undefined, 'address'],
])('a page at %s, with the hub’s callback %s, is elsewhere than its server: %s', (hostname, callback, why) => {
  expect(elsewhere(hostname, callback)).toBe(why);
});
