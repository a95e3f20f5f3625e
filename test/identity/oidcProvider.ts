import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';
import type { Page } from 'playwright-core';

export interface Person {
  readonly email: string;
  readonly groups?: readonly string[];
}

export interface OidcProviderOptions {
  /** By login name; any password is taken. */
  readonly people: Readonly<Record<string, Person>>;
  /** Callbacks besides loopback ones, exactly as a platform engineer registers them. */
  readonly redirectUris?: readonly string[];
  /** How long id and access tokens hold, in seconds. Default 300. */
  readonly tokenSeconds?: number;
}

/** The client id that Slipway has here. */
export const clientId = 'slipway';

/**
 * A certified OpenID provider in this process, over http on a loopback port: authorization code with PKCE, device code,
 * rotating refresh tokens whose second use ends the session, revocation and logout. Its pages are the package's plain ones.
 */
export class OidcProvider {
  readonly issuer: string;
  readonly #server: Server;
  readonly #provider: Provider;

  private constructor(server: Server, provider: Provider, issuer: string) {
    this.#server = server;
    this.#provider = provider;
    this.issuer = issuer;
  }

  static async start(options: OidcProviderOptions): Promise<OidcProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, configuration(options));
    const handle = provider.callback();
    server.on('request', (request, response) => void handle(request, response));
    return new OidcProvider(server, provider, issuer);
  }

  /** Told of what the provider sees: `grant.success`, `grant.error`, `end_session.success`, … */
  on(event: Parameters<Provider['on']>[0], listener: () => void): void {
    this.#provider.on(event, listener);
  }

  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** What a person does on the provider's pages: signs in and agrees. */
export async function signInOnPage(page: Page, login: string): Promise<void> {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill('anything');
  await page.locator('button[type="submit"]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** What a person does with a device code: confirms it, signs in and agrees. */
export async function approveDevice(page: Page, verificationUriComplete: string, login: string): Promise<void> {
  await page.goto(verificationUriComplete);
  await page.getByRole('button', { name: 'Continue' }).click();
  await signInOnPage(page, login);
  await page.getByText('Sign-in Success').waitFor();
}

function configuration({ people, redirectUris = [], tokenSeconds = 300 }: OidcProviderOptions): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        // Any port is taken on loopback: RFC 8252 §7.3.
        redirect_uris: ['http://127.0.0.1/oauth/callback', ...redirectUris],
      },
    ],
    findAccount: (_context, login) => {
      const person = people[login];
      if (person === undefined) return undefined;
      const claims = { sub: login, preferred_username: login, email: person.email, groups: [...(person.groups ?? [])] };
      return { accountId: login, claims: () => ({ ...claims, email_verified: true }) };
    },
    claims: {
      openid: ['sub'],
      profile: ['preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    // The API server reads them from the id token.
    conformIdTokenClaims: false,
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      devInteractions: { enabled: true },
    },
    pkce: { required: () => true },
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: { IdToken: tokenSeconds, AccessToken: tokenSeconds, DeviceCode: 600, RefreshToken: 86_400, Session: 86_400 },
    cookies: { keys: ['of a test'] },
  };
}
