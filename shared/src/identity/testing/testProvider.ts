import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';
import type { KeyPair } from '../../kubernetes/testing/certificates.ts';
import type { OidcSettings } from '../../protocol/index.ts';

/** May answer in the provider's place: true where it did. Waiting first makes the provider slow. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface TestProviderOptions {
  /** Over TLS with this. */
  readonly pair?: KeyPair;
  /** How long id tokens last, in seconds. */
  readonly idTokenSeconds?: number;
  readonly refreshTokenSeconds?: number;
  readonly groups?: readonly string[] | undefined;
  /** Fixed redirect URIs beside the loopback. */
  readonly redirectUris?: readonly string[];
  readonly configuration?: Partial<Configuration>;
}

/** A certified provider in this process, which rotates refresh tokens and refuses those that were used before. */
export interface TestProvider {
  readonly issuer: string;
  readonly settings: OidcSettings;
  readonly provider: Provider;
  /** Requests that came, as `POST /token`. */
  readonly asked: string[];
  intercept: Intercept | undefined;
  /** How many times something was asked for. */
  count(request: string): number;
  /** Stops listening; `start` listens again at the same place. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const clientId = 'slipway';

export async function startProvider(options: TestProviderOptions = {}): Promise<TestProvider> {
  const asked: string[] = [];
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const { pair } = options;
  const open = (): Server =>
    pair === undefined
      ? createHttpServer((request, response) => handle(request, response))
      : createHttpsServer({ cert: pair.certificate, key: pair.key }, (request, response) => handle(request, response));
  let server = open();
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const issuer = `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const provider = new Provider(issuer, configurationOf(options));
  provider.on('server_error', (_ctx, error) => {
    throw error;
  });
  // People who wait for a code are asked every second.
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/device/auth' && isObject(ctx.body)) ctx.body = { ...ctx.body, interval: 1 };
  });
  const serve = provider.callback();
  const test: TestProvider = {
    issuer,
    settings: {
      issuer,
      clientId,
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    },
    provider,
    asked,
    intercept: undefined,
    count: (request) => asked.filter((one) => one === request).length,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    start: async () => {
      server = open();
      await listen(server, port);
    },
  };
  handle = (request, response) => {
    asked.push(`${request.method ?? ''} ${new URL(request.url ?? '/', issuer).pathname}`);
    void Promise.resolve(test.intercept?.(request, response) ?? false).then((isAnswered) => {
      if (!isAnswered) void serve(request, response);
    });
  };
  return test;
}

function configurationOf(options: TestProviderOptions): Configuration {
  const { idTokenSeconds = 300, refreshTokenSeconds = 3600, groups, redirectUris = [], configuration } = options;
  return {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/oauth/callback', ...redirectUris],
      },
    ],
    cookies: { keys: ['test'] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['preferred_username', 'name'],
      groups: ['groups'],
    },
    scopes: ['openid', 'offline_access', 'profile', 'email', 'groups'],
    conformIdTokenClaims: false,
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      ...configuration?.features,
    },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        email: `${sub}@example.com`,
        email_verified: true,
        preferred_username: sub,
        name: sub,
        ...(groups === undefined ? {} : { groups: [...groups] }),
      }),
    }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: idTokenSeconds,
      IdToken: idTokenSeconds,
      RefreshToken: refreshTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 3600,
      Interaction: 600,
      Session: 3600,
    },
    ...configuration,
  };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
