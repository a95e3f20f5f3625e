import type { CustomFetch } from 'openid-client';
import { HttpClient, TransportFailure, type Clock } from '../../kubernetes/index.ts';
import { isRecord } from './claims.ts';
import { isProtected } from './settings.ts';
import { isToken } from './tokens.ts';

/** Limits of time (milliseconds) and size (bytes) for what a provider answers. */
export interface IssuerLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly bodyIdleMs: number;
  readonly bodyBytes: number;
}

const defaultLimits: IssuerLimits = {
  connectMs: 10_000,
  headersMs: 15_000,
  bodyIdleMs: 5000,
  bodyBytes: 1024 * 1024,
};

export interface IssuerFetchOptions {
  readonly authorities: string | undefined;
  readonly proxyFor: (server: URL) => URL | undefined;
  readonly clock: Clock;
  readonly limits?: Partial<IssuerLimits> | undefined;
  /** Told how far the provider's clock is ahead of this machine's, in milliseconds, with each answer that says so. */
  readonly onSkew: (skewMs: number) => void;
  /** Told of each refresh token that takes the place of another, before the rest of the answer is looked at. */
  readonly onRotation: (spent: string, fresh: string) => void;
}

export interface IssuerFetch {
  readonly fetch: CustomFetch;
  dispose(): void;
}

/** How openid-client reaches a provider: with the context's authorities and proxies, bounded, never without TLS. */
export function createIssuerFetch({
  authorities,
  proxyFor,
  clock,
  onSkew,
  onRotation,
  ...options
}: IssuerFetchOptions): IssuerFetch {
  const limits = { ...defaultLimits, ...options.limits };
  const http = new HttpClient({ authorities, proxyFor, ...limits });
  const fetch: CustomFetch = async (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    if (!isProtected(url)) throw new TransportFailure('protocol', `${url.origin} has no TLS`);
    const sentAt = clock.now();
    const form = body === undefined || body === null ? undefined : textOf(body);
    const request = { method, headers, ...(form === undefined ? {} : { body: form }) };
    const answer = await http.send(url, request, signal ?? AbortSignal.timeout(limits.headersMs));
    const date = Date.parse(answer.headers.date ?? '');
    // The header has whole seconds, so on average the answer is half a second younger.
    if (!Number.isNaN(date)) onSkew(date + 500 - (sentAt + clock.now()) / 2);
    if (answer.status === 200) tellRotation(form, answer.text, onRotation);
    const isBodiless = answer.status < 200 || [204, 205, 304].includes(answer.status);
    return new Response(isBodiless ? null : answer.text, {
      status: answer.status < 200 ? 502 : answer.status,
      headers: headersOf(answer.headers),
    });
  };
  return { fetch, dispose: () => http.dispose() };
}

/** The provider has spent the old token, whatever is wrong with what else it says. */
function tellRotation(form: string | undefined, text: string, onRotation: IssuerFetchOptions['onRotation']): void {
  const sent = new URLSearchParams(form ?? '');
  const spent = sent.get('grant_type') === 'refresh_token' ? sent.get('refresh_token') : null;
  const fresh = spent === null ? undefined : refreshTokenIn(text);
  if (spent !== null && fresh !== undefined && fresh !== spent) onRotation(spent, fresh);
}

function refreshTokenIn(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const token = isRecord(answer) ? answer.refresh_token : undefined;
    return typeof token === 'string' && isToken(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

/** openid-client sends forms. */
function textOf(body: object | string): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a request body that is no form');
}

/** Those that openid-client looks at. */
function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const wanted = ['content-type', 'retry-after', 'www-authenticate', 'location'];
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}
