import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devEnvName, hostName, nameMeant, newName, secretName, slugOf } from './devEnvNames.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const words = fc.constantFrom(
  'alice',
  'Alice',
  'ali-ce',
  'a.lice',
  'a_lice',
  'alice-012345',
  '012345',
  '爱丽丝',
  'élise',
);
const users = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '-', '.', '@'), maxLength: 300 }),
  words,
  fc.emailAddress(),
  fc
    .tuple(fc.constantFrom('oidc:', 'https://issuer.example/realms/a#', 'system:serviceaccount:ns:'), words)
    .map(([a, b]) => a + b),
);

describe('the name of a DevEnv', () => {
  it.each([
    ['alice', 'devenv-alice'],
    ['kubernetes-admin', 'devenv-kubernetes-admin'],
    ['alice@example.com', 'devenv-alice-ff8d98'],
    ['oidc:alice', 'devenv-alice-'],
    ['oidc:alice@example.com', 'devenv-alice-'],
    ['https://issuer.example/realms/a#alice', 'devenv-alice-'],
    ['system:serviceaccount:team-a:runner', 'devenv-runner-'],
    ['Élise Müller', 'devenv-elise-muller-'],
    ['爱丽丝', 'devenv-user-'],
    ['', 'devenv-user-'],
    ['@', 'devenv-user-'],
  ])('of %j begins with %s', (user, start) => {
    expect(devEnvName(user).startsWith(start)).toBe(true);
  });

  it('is a name that Kubernetes takes for pods, claims, Secrets and label values, and leaves room for a word', () => {
    fc.assert(
      fc.property(users, (user) => {
        const name = devEnvName(user, 'fifteen-letters');
        expect(name.length).toBeLessThanOrEqual(63);
        expect(name).toMatch(dnsLabel);
        expect(devEnvName(user)).toMatch(dnsLabel);
        expect(secretName(name)).toMatch(dnsLabel);
        expect(nameMeant(user, undefined)).toBe(devEnvName(user));
        expect(newName(user, 'fifteen-letters')).toBe(name);
        expect(nameMeant(user, name)).toBe(name);
      }),
      { numRuns: 1_000 },
    );
  });

  it('differs for different users, also for those who call themselves like what is made for another', () => {
    fc.assert(
      fc.property(users, users, (one, other) => {
        fc.pre(one !== other);
        expect(slugOf(one)).not.toBe(slugOf(other));
        expect(slugOf(slugOf(one)) === slugOf(one)).toBe(slugOf(one) === one);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is refused where it cannot be one, or would look like another person’s', () => {
    for (const asked of ['', 'Upper', 'a b', '../etc', 'devenv-', 'x'.repeat(60), '-a', 'a-', 'devenv-é']) {
      expect(() => nameMeant('alice', asked)).toThrow('cannot be the name of a DevEnv');
    }
    expect(() => newName('alice', 'devenv-bob')).toThrow(
      'devenv-bob is not one of your names: they begin with devenv-alice.',
    );
    expect(() => newName('alice', 'devenv-alicette')).toThrow('is not one of your names');
    expect(nameMeant('alice', 'devenv-bob')).toBe('devenv-bob');
    expect(nameMeant('alice', 'gpu')).toBe('devenv-alice-gpu');
  });

  it('tells the Secret and the host', () => {
    expect(secretName('devenv-alice-gpu')).toBe('user-ssh-alice-gpu');
    expect(hostName('devenv-alice', 'team-a')).toBe('devenv-alice.team-a');
  });
});
