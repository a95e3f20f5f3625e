import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from './maskSecrets.ts';

describe('maskSecrets', () => {
  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: [masked]'],
    ['{"Authorization": "Basic YTpi", "x": 1}', '{"Authorization": "[masked]", "x": 1}'],
    ['curl -H "PRIVATE-TOKEN: s3cret!" url', 'curl -H "PRIVATE-TOKEN: [masked]" url'],
    ['https://alice:p@ss@host/x', 'https://[masked]@host/x'],
    ['git clone https://tok@host/r.git', 'git clone https://[masked]@host/r.git'],
    ['postgresql+psycopg://u:p@db:5432/x', 'postgresql+psycopg://[masked]@db:5432/x'],
    ['GET /a?x=1&access_token=abc&y=2', 'GET /a?x=1&access_token=[masked]&y=2'],
    ['/b?X-Amz-Credential=AK/2&X-Amz-Signature=0f', '/b?X-Amz-Credential=[masked]&X-Amz-Signature=[masked]'],
    ['HF_TOKEN=abc python x.py', 'HF_TOKEN=[masked] python x.py'],
    ["{'password': 'a b c', 'user': 'u'}", "{'password': [masked], 'user': 'u'}"],
    ['aws_secret_access_key = wJalr/XUtn', 'aws_secret_access_key = [masked]'],
    ['login --password hunter2 --user u', 'login --password [masked] --user u'],
    ['token == "abc"', 'token == [masked]'],
    ['key ghp_0123456789abcdefghij.', 'key [masked].'],
    ['Set-Cookie: session=abc; Path=/', 'Set-Cookie: [masked]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'jwt [masked]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\nAAAA\n-----END RSA PRIVATE KEY-----\nafter', '[masked]\nafter'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\ncut off', '[masked]'],
  ])('%j', (text, safe) => {
    expect(maskSecrets(text)).toBe(safe);
  });

  it.each([
    "KeyError: 'pca'",
    'max_tokens 512, tokenizer = BertTokenizer()',
    'SyntaxError: unexpected token',
    'basic statistics of the bearer of the news',
    'https://example.org/a@b',
    'author=Ada; monkey: see',
    'tests/test_secrets.py::test_password PASSED',
  ])('leaves %j alone', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it.each([
    'token=[masked]',
    'password==[masked]',
    'https://[masked]@host',
    'Authorization: [masked]',
    '"secret": "[masked]"',
  ])('leaves %j, which is masked already', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it('hides a value whatever stands between it and its name, and around both', () => {
    const name = fc.constantFrom(
      'password',
      'HF_TOKEN',
      'client_secret',
      'api-key',
      'X-Api-Key',
      'db.passwd',
      'accessKey',
      'credentials',
    );
    const separator = fc.constantFrom('=', ': ', ' = ', '==', ' := ', ':', '=>', '": "', "': '", '\\": \\"', '" : "');
    const around = fc.oneof(
      fc.constantFrom('', ' ', '{', '(', ',', '\n', 'x=1&', '--'),
      fc.string().map((text) => `${text} `),
    );
    fc.assert(
      fc.property(
        around,
        name,
        separator,
        fc.stringMatching(/^[a-zA-Z0-9/+._!$-]{3,40}$/),
        (before, key, between, value) => {
          const secret = `s3cr3t${value}`;
          expect(maskSecrets(`${before}${key}${between}${secret}\nafter`)).not.toContain(secret);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes long lines that could be the beginning of many secrets', () => {
    for (const piece of ['a-', 'a.', 'password', 'x://', '?a', 'eyJ', '-----BEGIN ', 'token=', "'", 'bearer '])
      expect(maskSecrets(piece.repeat(20_000)).length).toBeGreaterThan(0);
  });
});
