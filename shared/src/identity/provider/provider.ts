import type { ClientMetadata, Configuration, CustomFetch, ServerMetadata } from 'openid-client';
import type * as openidClient from 'openid-client';
import type { Clock } from '../../kubernetes/index.ts';
import type { OidcSettings } from '../../protocol/index.ts';
import { faultOf } from './fault.ts';
import { createIssuerFetch, type IssuerFetch, type IssuerLimits } from './issuerFetch.ts';
import { issuerUrl } from './settings.ts';
import { authoritiesOf, proxyRule } from './trust.ts';
import { issuerError } from './wording.ts';

export type OpenidClient = typeof openidClient;

/** An identity provider that has told where its endpoints are. */
export interface Provider {
  readonly client: OpenidClient;
  readonly config: Configuration;
  readonly metadata: ServerMetadata;
  /** For what openid-client does not send. */
  readonly fetch: CustomFetch;
  /** How far its clock is ahead of this machine's, milliseconds. */
  skewMs(): number;
  /** The refresh token that the provider gave for one that was spent, however the rest of its answer was; told once. */
  rotated(spent: string): string | undefined;
}

export interface ProviderHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly limits?: Partial<IssuerLimits> | undefined;
}

/** Seconds that one request may take from beginning to end. */
export const requestSeconds = 20;
/** A clock that was set by more than this, milliseconds, makes tokens seem to be of another time. */
const mostDriftMs = 10_000;
/** After this long a provider is asked anew where its endpoints are, milliseconds. */
const knownForMs = 3_600_000;

interface Known {
  readonly until: number;
  readonly fetch: IssuerFetch;
  readonly provider: Promise<Provider>;
  /** Whether the clocks are still as far apart as they were when the provider was asked. */
  readonly isInTime: () => boolean;
}

/** The providers that this process talks to. Nothing is loaded or asked before it is needed. */
export class Providers {
  readonly #host: ProviderHost;
  readonly #known = new Map<string, Known>();

  constructor(host: ProviderHost) {
    this.#host = host;
  }

  /**
   * The provider of a context, asked for its endpoints once an hour.
   * @throws SlipwayError `issuer.invalid`, `issuer.untrusted`, `issuer.unreachable`
   */
  async of(settings: OidcSettings): Promise<Provider> {
    const key = JSON.stringify([
      settings.issuer,
      settings.clientId,
      settings.certificateAuthorityData,
      settings.certificateAuthority,
      settings.proxyUrl,
    ]);
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.#host.clock.now() && known.isInTime()) return known.provider;
    // What is on its way over the old connections goes on; they close when they are idle.
    const fresh = await this.#open(settings);
    const raced = this.#known.get(key);
    if (raced !== undefined && raced !== known) {
      fresh.fetch.dispose();
      return raced.provider;
    }
    this.#known.set(key, fresh);
    fresh.provider.catch(() => {
      fresh.fetch.dispose();
      if (this.#known.get(key) === fresh) this.#known.delete(key);
    });
    return fresh.provider;
  }

  dispose(): void {
    for (const { fetch } of this.#known.values()) fetch.dispose();
    this.#known.clear();
  }

  async #open(settings: OidcSettings): Promise<Known> {
    const { clock, env, limits } = this.#host;
    const server = issuerUrl(settings.issuer);
    const authorities = await authoritiesOf(settings);
    const proxyFor = proxyRule(settings, env);
    const client = await import('openid-client');
    // Read after the answer that sets it: a token that is fresh there must be so here too.
    const metadata: Partial<ClientMetadata> = { [client.clockTolerance]: 30 };
    let skew = 0;
    let configured: number | undefined;
    const onSkew = (skewMs: number) => {
      skew = skewMs;
      metadata[client.clockSkew] = Math.round(skewMs / 1000);
      configured ??= skewMs;
    };
    const rotations = new Map<string, string>();
    const onRotation = (spent: string, fresh: string) => void rotations.set(spent, fresh);
    const fetch = createIssuerFetch({ authorities, proxyFor, clock, limits, onSkew, onRotation });
    const provider = discover(client, server, settings, metadata, fetch).then((config) => ({
      client,
      config,
      metadata: config.serverMetadata(),
      fetch: fetch.fetch,
      skewMs: () => skew,
      rotated: (spent: string) => {
        const fresh = rotations.get(spent);
        rotations.delete(spent);
        return fresh;
      },
    }));
    const isInTime = () => Math.abs(skew - (configured ?? skew)) < mostDriftMs;
    return { until: clock.now() + knownForMs, fetch, provider, isInTime };
  }
}

async function discover(
  client: OpenidClient,
  server: URL,
  settings: OidcSettings,
  metadata: Partial<ClientMetadata>,
  { fetch }: IssuerFetch,
): Promise<Configuration> {
  const ask = (issuer: URL) =>
    client.discovery(issuer, settings.clientId, metadata, client.None(), {
      [client.customFetch]: fetch,
      timeout: requestSeconds,
      ...(server.protocol === 'http:' ? { execute: [withoutTls(client)] } : {}),
    });
  try {
    return await ask(server);
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind !== 'otherIssuer' || !differsBySlash(fault.actual, server.href)) {
      throw issuerError(fault, settings.issuer);
    }
    return ask(new URL(fault.actual)).catch((again: unknown) => {
      throw issuerError(faultOf(again), settings.issuer);
    });
  }
}

/** Loopback alone gets this far, here and in `fetch`. The function is marked as deprecated so that it stands out. */
function withoutTls(client: OpenidClient): (config: Configuration) => void {
  return Reflect.get<OpenidClient, 'allowInsecureRequests'>(client, 'allowInsecureRequests');
}

/** A slash at the end is easily added or left out by hand, and leads to the same place. */
function differsBySlash(one: string, other: string): boolean {
  return one !== other && one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
