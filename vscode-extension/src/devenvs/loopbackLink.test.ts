import { expect, it } from 'vitest';
import { unproxied } from './loopbackLink.ts';

/** What code-server takes for a port that it is to forward. */
const proxied = /^(localhost|127\.0\.0\.1|0\.0\.0\.0):(\d+)$/;

it.each(['127.0.0.1:8888', 'localhost:1'])(
  'names %s so that code-server does not take it, and a browser does',
  (authority) => {
    const written = unproxied(authority);
    expect(written).not.toMatch(proxied);
    expect(new URL(`http://${written}/`).host).toBe(`localhost:${authority.split(':')[1]}`);
  },
);

it.each(['example.org:80', '127.0.0.1', '127.0.0.1.example.org:80'])('leaves %s as it is', (authority) => {
  expect(unproxied(authority)).toBe(authority);
});
