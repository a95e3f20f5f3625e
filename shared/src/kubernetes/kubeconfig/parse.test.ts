import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SlipwayError } from '../../protocol/index.ts';
import { mergeKubeconfigs, parseKubeconfig } from './parse.ts';

const fault = (text: string): SlipwayError => {
  try {
    parseKubeconfig(text, '/k/config');
  } catch (error) {
    if (error instanceof SlipwayError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('parseKubeconfig', () => {
  it('takes what kubectl writes', () => {
    const config = parseKubeconfig(
      `apiVersion: v1
kind: Config
preferences: {}
current-context: prod
clusters:
- cluster: {server: "https://a"}
  name: a
- {name: b}
contexts:
- context: {cluster: a, user: u}
  name: prod
users: null
`,
      '/k/config',
    );
    expect(config.currentContext).toBe('prod');
    expect(config.clusters.get('a')).toEqual({ value: { server: 'https://a' }, folder: '/k', file: '/k/config' });
    expect(config.clusters.get('b')?.value).toEqual({});
    expect([...config.contexts.keys()]).toEqual(['prod']);
    expect(config.users.size).toBe(0);
  });

  it('takes an empty file, JSON, and names that are not plain', () => {
    expect(parseKubeconfig('', '/k').contexts.size).toBe(0);
    expect(parseKubeconfig('{"current-context":"x"}', '/k').currentContext).toBe('x');
    const ugly = 'arn:aws:eks:eu:1:cluster/__proto__ "ü"';
    expect(parseKubeconfig(stringify({ users: [{ name: ugly, user: {} }] }), '/k').users.has(ugly)).toBe(true);
  });

  it.each([
    ['clusters:\n  - name: "a\n', /not valid YAML in line \d+ \(/],
    ['a: 1\na: 2\n', /not valid YAML in line 2 \(DUPLICATE_KEY\)/],
    ['kind: Pod\n', /is not a kubeconfig: kind: /],
    ['- 1\n', /is not a kubeconfig: expected object/],
    ['just words\n', /is not a kubeconfig: expected object/],
    ['clusters: {a: {}}\n', /clusters: expected array/],
    ['users:\n- name: 7\n', /users\[0\]\.name: expected string/],
    ['users:\n- user: {}\n', /users\[0\]\.name: expected string/],
    ['a: *b\n', /YAML/],
    ['a: &a [*a]\n---\nb: 1\n', /YAML/],
    ['a\u0000b: [', /YAML|kubeconfig/],
  ])('refuses %j in words', (text, words) => {
    expect(fault(text).message).toMatch(words);
    expect(fault(text)).toMatchObject({ code: 'kubeconfig.invalid', action: expect.any(String) });
  });

  it('refuses aliases that grow without end', () => {
    const lines = Array.from({ length: 12 }, (_, index) => {
      const before = index === 0 ? 'x' : `*a${index - 1}`;
      return `a${index}: &a${index} [${Array(10).fill(before).join(', ')}]`;
    });
    expect(fault(lines.join('\n')).message).toMatch(/aliases/);
  });

  it('never fails in another way, and never quotes what it refuses', () => {
    const secret = 'eyJsecret';
    const token = fc.constantFrom(secret, `"${secret}`, `${secret}: :`, `[${secret}`, `- ${secret}`);
    const noise = fc.string({
      unit: fc.constantFrom('-', ':', ' ', '\n', '{', '[', '&', '*', '!', '|', '"', "'", 'name', 'users'),
    });
    fc.assert(
      fc.property(noise, token, noise, (before, middle, after) => {
        try {
          parseKubeconfig(before + middle + after, '/k');
        } catch (error) {
          expect(error).toBeInstanceOf(SlipwayError);
          expect(`${String(error)} ${String((error as SlipwayError).action)}`).not.toContain(secret);
        }
      }),
    );
  });

  it('gives back any entries it was given, whatever their names', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { maxLength: 5 });
    fc.assert(
      fc.property(names, (list) => {
        const text = stringify({ contexts: list.map((name) => ({ name, context: { cluster: name } })) });
        const { contexts } = parseKubeconfig(text, '/k');
        expect([...contexts].map(([name, { value }]) => [name, value])).toEqual(
          list.map((name) => [name, { cluster: name }]),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('mergeKubeconfigs', () => {
  const one = (file: string, server: string, current = '') =>
    parseKubeconfig(stringify({ 'current-context': current, clusters: [{ name: 'c', cluster: { server } }] }), file);

  it('lets the first file win, and keeps the folder of each entry', () => {
    const extra = parseKubeconfig('clusters: [{name: d, cluster: {}}]', '/y/config');
    const merged = mergeKubeconfigs([one('/x/config', 'first'), extra, one('/z/config', 'last', 'cur')]);
    expect(merged.clusters.get('c')).toEqual({ value: { server: 'first' }, folder: '/x', file: '/x/config' });
    expect(merged.clusters.get('d')?.folder).toBe('/y');
    expect(merged.currentContext).toBe('cur');
  });

  it('lets the first of two entries in one file win', () => {
    const text = 'users: [{name: u, user: {token: a}}, {name: u, user: {token: b}}]';
    expect(parseKubeconfig(text, '/k').users.get('u')?.value).toEqual({ token: 'a' });
  });
});
