import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from 'oidc-provider';
import type { Page } from 'playwright-core';
import { stringify } from 'yaml';
import { clientId, startProvider, type TestProvider } from '../../shared/src/identity/testing/testProvider.ts';

export interface Person {
  readonly email: string;
  readonly groups?: readonly string[];
}

export interface OidcProviderOptions {
  /** By login name; any password is taken. */
  readonly people: Readonly<Record<string, Person>>;
  /** Callbacks besides loopback ones, exactly as a platform engineer registers them. */
  readonly redirectUris?: readonly string[];
}

/** A certified provider in this process, for people with names; its pages are the package's plain ones. */
export class OidcProvider {
  readonly issuer: string;
  readonly #provider: TestProvider;

  private constructor(provider: TestProvider) {
    this.#provider = provider;
    this.issuer = provider.issuer;
  }

  static async start({ people, redirectUris = [] }: OidcProviderOptions): Promise<OidcProvider> {
    return new OidcProvider(await startProvider({ redirectUris, configuration: configuration(people) }));
  }

  dispose(): Promise<void> {
    return this.#provider.stop();
  }
}

/** A context whose user signs in there. @param server of a cluster; nobody need answer to who only signs in */
export function contextAt({ issuer }: OidcProvider, name: string, server: string) {
  return {
    name,
    cluster: { server },
    oidc: { issuer, clientId },
    namespace: name,
    profile: { image: 'registry.example.com/runner:1' },
  };
}

/** Writes a person's config.yaml as they have it. @param configHome what XDG calls it */
export async function writeConfig(configHome: string, config: object): Promise<void> {
  const folder = join(configHome, 'slipway');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'config.yaml'), stringify({ version: 1, ...config }), { mode: 0o600 });
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

function configuration(people: OidcProviderOptions['people']): Partial<Configuration> {
  return {
    findAccount: (_context, login) => {
      const person = people[login];
      if (person === undefined) return undefined;
      const claims = { sub: login, preferred_username: login, email: person.email, groups: [...(person.groups ?? [])] };
      return { accountId: login, claims: () => ({ ...claims, email_verified: true }) };
    },
    // A context names no scopes here, and so does not ask for offline access.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
  };
}
