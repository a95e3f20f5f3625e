import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { SlipwayError } from '../../protocol/index.ts';
import { contextName } from './fromKubeconfig.ts';
import { readLoginPlugin } from './loginPlugin.ts';
import { readImport, type ImportOptions } from './readImport.ts';

const flags = ['--oidc-issuer-url=https://sso.example/realms/lab', '--oidc-client-id=kubernetes'];
const oidc = { issuer: 'https://sso.example/realms/lab', clientId: 'kubernetes' };

describe('the login plugin of a kubeconfig', () => {
  it.each([
    ['kubectl', ['oidc-login', 'get-token', ...flags]],
    ['/usr/local/bin/kubectl', ['oidc-login', 'get-token', ...flags]],
    ['kubelogin', ['get-token', ...flags]],
    ['C:\\tools\\kubelogin.exe', ['get-token', ...flags]],
    ['kubectl-oidc_login', ['get-token', ...flags]],
    ['kubelogin', ['get-token', ...flags.flatMap((flag) => flag.split('='))]],
    ['kubelogin', ['get-token', '--grant-type', 'device-code', '-v1', ...flags, '--skip-open-browser']],
  ])('%s %j is a sign-in of ours', (command, args) => {
    expect(readLoginPlugin(command, args)).toEqual({ oidc, notes: [] });
  });

  it('keeps scopes, audience, certificate authority and the choice of the token', () => {
    const args = [
      'get-token',
      ...flags,
      ...['--oidc-extra-scope=email', '--oidc-extra-scope', 'groups,offline_access', '--oidc-use-access-token'],
      ...['--certificate-authority', '/etc/ca.pem', '--oidc-auth-request-extra-params=audience=k8s,prompt=login'],
    ];
    expect(readLoginPlugin('kubelogin', args)?.oidc).toEqual({
      ...oidc,
      scopes: ['openid', 'email', 'groups', 'offline_access'],
      audience: 'k8s',
      certificateAuthority: '/etc/ca.pem',
      token: 'access_token',
    });
  });

  it('says what it leaves out, and takes no secret along', () => {
    const args = ['get-token', ...flags, '--oidc-client-secret=hush', '--insecure-skip-tls-verify'];
    const found = readLoginPlugin('kubelogin', args);
    expect(found?.notes).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain('hush');
  });

  it.each([
    ['aws', ['eks', 'get-token', ...flags]],
    ['kubectl', ['get', 'pods']],
    ['kubelogin', ['get-token', '--login', 'azurecli', '--server-id', 'x']],
    ['kubelogin', ['get-token', '--oidc-issuer-url']],
    ['kubelogin', []],
  ])('%s %j is another program', (command, args) => {
    expect(readLoginPlugin(command, args)).toBeUndefined();
  });

  it('is read whatever the arguments are', () => {
    fc.assert(fc.property(fc.string(), fc.array(fc.string()), (command, args) => void readLoginPlugin(command, args)));
  });
});

function kubeconfig(user: object, cluster: object = { server: 'https://api.example:6443' }, current = 'lab'): string {
  return stringify({
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u', namespace: 'team-a' } }],
  });
}

const login = { exec: { command: 'kubectl', args: ['oidc-login', 'get-token', ...flags] } };

describe('what a platform engineer hands out', () => {
  const entry = { name: 'team-a', namespace: 'team-a', profile: { image: 'runner:1' } };
  it.each<[string, string, ImportOptions, object]>([
    ['one context', stringify(entry), {}, entry],
    ['one context under another name', stringify(entry), { name: 'mine' }, { ...entry, name: 'mine' }],
    [
      'one context without a name',
      stringify({ ...entry, name: undefined }),
      { name: 'mine' },
      { ...entry, name: 'mine' },
    ],
    ['one context with another image', stringify(entry), { image: 'b' }, { ...entry, profile: { image: 'b' } }],
    ['a config.yaml', stringify({ version: 1, contexts: [entry] }), {}, entry],
    [
      'a config.yaml without images',
      stringify({ contexts: [{ name: 'x' }] }),
      { image: 'b' },
      { name: 'x', profile: { image: 'b' } },
    ],
  ])('%s', (_what, text, options, expected) => {
    expect(readImport(text, options).entries).toEqual([expected]);
  });

  it('a kubeconfig with a login plugin, which becomes a sign-in of ours', () => {
    const text = kubeconfig(login, { server: 'https://api.example:6443', 'certificate-authority-data': 'QUJD' });
    const { entries, notes } = readImport(text, { image: 'runner:1' });
    expect(entries).toEqual([
      {
        name: 'lab',
        namespace: 'team-a',
        cluster: { server: 'https://api.example:6443', certificateAuthorityData: 'QUJD' },
        oidc,
        profile: { image: 'runner:1' },
      },
    ]);
    expect(notes).toEqual(['lab signs in with Slipway itself, without kubectl oidc-login.']);
  });

  it('a kubeconfig with a token, which stays where it is', () => {
    const { entries } = readImport(kubeconfig({ token: 'hush' }), {
      image: 'r',
      path: '/home/ada/k.yaml',
      name: 'mine',
    });
    expect(entries).toEqual([
      {
        name: 'mine',
        namespace: 'team-a',
        kubeconfig: '/home/ada/k.yaml',
        kubeconfigContext: 'lab',
        profile: { image: 'r' },
      },
    ]);
    expect(() => readImport(kubeconfig({ token: 'hush' }), { image: 'r' })).toThrow('cannot be taken from a text');
  });

  it('a kubeconfig whose server is not checked keeps its cluster there and signs in with us', () => {
    const text = kubeconfig(login, { server: 'https://api.example:6443', 'insecure-skip-tls-verify': true });
    expect(readImport(text, { image: 'r', path: '/k' }).entries).toMatchObject([{ kubeconfig: '/k', oidc }]);
  });

  it.each<[string, string, ImportOptions, string]>([
    ['nothing', '', {}, 'context.invalid'],
    ['a list', '- a', {}, 'context.invalid'],
    ['no YAML', 'a: [', {}, 'context.invalid'],
    ['a page', '<html>', {}, 'context.invalid'],
    ['a secret', stringify({ ...entry, oidc: { ...oidc, clientSecret: 'hush' } }), {}, 'context.invalid'],
    ['a newer version', 'version: 7\ncontexts: []', {}, 'config.newer'],
    ['two under one name', stringify({ contexts: [entry, { ...entry, name: 'b' }] }), { name: 'x' }, 'usage'],
    ['a kubeconfig without an image', kubeconfig(login), {}, 'usage'],
    ['local', stringify({ ...entry, name: 'local' }), {}, 'context.invalid'],
  ])('is refused: %s', (_what, text, options, code) => {
    expect(() => readImport(text, options)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused by name, whatever it is, and never quotes a value', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue().map((value) => stringify(value)),
          fc.string(),
        ),
        (text) => {
          try {
            readImport(text, { image: 'x' });
          } catch (error) {
            expect(SlipwayError.is(error)).toBe(true);
          }
        },
      ),
    );
    const text = kubeconfig({ exec: { command: 'kubelogin', args: 'hush' } });
    expect(() => readImport(text, { image: 'x' })).toThrow(/^((?!hush).)*$/);
  });
});

it.each([
  ['lab', 'lab'],
  ['alice@Prod/team a', 'alice-prod-team-a'],
  ['local', 'cluster'],
  ['***', 'cluster'],
])('the kubeconfig context %s is called %s', (name, ours) => expect(contextName(name)).toBe(ours));
