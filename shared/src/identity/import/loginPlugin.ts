import { basename } from 'node:path';
import type { OidcSettings } from '../../protocol/index.ts';

/** What a kubeconfig's login plugin was told, as a sign-in of ours. */
export interface PluginSignIn {
  readonly oidc: OidcSettings;
  /** What could not be taken over, in sentences. */
  readonly notes: readonly string[];
}

/** The flags of `kubelogin get-token` that mean something to us; of the others some take no value. */
const switches: ReadonlySet<string> = new Set([
  '--oidc-use-access-token',
  '--oidc-use-pkce',
  '--skip-open-browser',
  '--insecure-skip-tls-verify',
  '--force-refresh',
  '--token-cache-no-lock',
]);

/**
 * `kubectl oidc-login get-token …`, `kubelogin get-token …` (int128's) as a sign-in of ours; undefined for any other program.
 * Flags may come as `--flag=value` or `--flag value`; the last one counts, scopes add up.
 */
export function readLoginPlugin(command: string, args: readonly string[]): PluginSignIn | undefined {
  const rest = argumentsOf(command, args);
  if (rest === undefined) return undefined;
  const flags = readFlags(rest);
  const last = (name: string): string | undefined => flags.get(name)?.at(-1);
  const issuer = last('--oidc-issuer-url');
  const clientId = last('--oidc-client-id');
  if (issuer === undefined || clientId === undefined) return undefined;
  const scopes = (flags.get('--oidc-extra-scope') ?? []).flatMap((value) => value.split(',')).filter(Boolean);
  const authority = last('--certificate-authority');
  const authorityData = last('--certificate-authority-data');
  const audience = audienceOf(flags.get('--oidc-auth-request-extra-params') ?? []);
  return {
    oidc: {
      issuer,
      clientId,
      ...(scopes.length > 0 && { scopes: [...new Set(['openid', ...scopes])] }),
      ...(audience !== undefined && { audience }),
      ...(authority !== undefined && { certificateAuthority: authority }),
      ...(authorityData !== undefined && { certificateAuthorityData: authorityData }),
      ...(isOn(last('--oidc-use-access-token')) && { token: 'access_token' as const }),
    },
    notes: notesOf(flags),
  };
}

/** What follows `get-token`. */
function argumentsOf(command: string, args: readonly string[]): readonly string[] | undefined {
  const program = basename(command.replaceAll('\\', '/')).replace(/\.exe$/i, '');
  const words = program === 'kubectl' ? args : ['oidc-login', ...args];
  if (program !== 'kubectl' && !/^(kubelogin|kubectl-oidc_login)$/.test(program)) return undefined;
  const [plugin, verb, ...rest] = words;
  return plugin === 'oidc-login' && verb === 'get-token' ? rest : undefined;
}

function readFlags(args: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, string[]>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (!word.startsWith('--')) continue;
    const cut = word.indexOf('=');
    const name = cut < 0 ? word : word.slice(0, cut);
    let value = cut < 0 ? 'true' : word.slice(cut + 1);
    if (cut < 0 && !switches.has(name)) {
      at += 1;
      value = args[at] ?? '';
    }
    flags.set(name, [...(flags.get(name) ?? []), value]);
  }
  return flags;
}

function audienceOf(parameters: readonly string[]): string | undefined {
  const pairs = parameters.flatMap((value) => value.split(','));
  return pairs.findLast((pair) => pair.startsWith('audience='))?.slice('audience='.length);
}

function notesOf(flags: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const notes: string[] = [];
  if (flags.has('--oidc-client-secret')) {
    notes.push('The client secret was left out: ask for a public client (PKCE) if signing in is refused.');
  }
  if (isOn(flags.get('--insecure-skip-tls-verify')?.at(-1))) {
    notes.push(
      'The check of the identity provider’s certificate was left on: give its certificate authority if it fails.',
    );
  }
  return notes;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== 'false' && value !== '0';
}
