import { administrator } from './launch.mjs';
import type { TrustingFetch } from './trustingFetch.ts';

/** What tests change of the realm; the rest is as docs/platform/keycloak-realm.json says. Times are in seconds. */
export interface RealmChanges {
  /** Of access and ID tokens. */
  readonly accessTokenLifespan?: number;
  readonly ssoSessionIdleTimeout?: number;
  readonly ssoSessionMaxLifespan?: number;
  readonly oauth2DeviceCodeLifespan?: number;
  readonly revokeRefreshToken?: boolean;
  readonly enabled?: boolean;
}

export interface ClientChanges {
  readonly redirectUris?: readonly string[];
  readonly consentRequired?: boolean;
}

interface Described {
  readonly id: string;
}

/** What an administrator does by Keycloak's REST interface. */
export class KeycloakAdmin {
  readonly #url: string;
  readonly #fetch: TrustingFetch;

  /** @param url of the server, without a slash at its end */
  constructor(url: string, fetch: TrustingFetch) {
    this.#url = url;
    this.#fetch = fetch;
  }

  changeRealm(changes: RealmChanges): Promise<void> {
    return this.#change('', changes);
  }

  async changeClient(changes: ClientChanges): Promise<void> {
    const [client] = await this.#list<Described>('/clients?clientId=slipway');
    await this.#change(`/clients/${client?.id ?? ''}`, { ...client, ...changes });
  }

  /** Lets the realm ask the directory that listens at an address. */
  async connectDirectory(url: string): Promise<void> {
    const providers = await this.#list<Described & { readonly config: object }>(
      '/components?type=org.keycloak.storage.UserStorageProvider',
    );
    const [provider] = providers;
    const config = { ...provider?.config, connectionUrl: [url] };
    await this.#change(`/components/${provider?.id ?? ''}`, { ...provider, config });
  }

  /** How many sessions a person has; 0 for one who never signed in. */
  async sessions(username: string): Promise<number> {
    const user = await this.#user(username);
    return user === undefined ? 0 : (await this.#list(`/users/${user.id}/sessions`)).length;
  }

  /** Ends all sessions of a person, as an administrator does when a laptop is lost. */
  async endSessions(username: string): Promise<void> {
    const user = await this.#user(username);
    if (user !== undefined) await this.#ask('POST', `/users/${user.id}/logout`, {});
  }

  /** Takes back what a person allowed Slipway to see, so that the next sign-in asks again. */
  async forgetConsent(username: string): Promise<void> {
    const user = await this.#user(username);
    const consents = user === undefined ? [] : await this.#list<{ clientId: string }>(`/users/${user.id}/consents`);
    if (user !== undefined && consents.length > 0) await this.#ask('DELETE', `/users/${user.id}/consents/slipway`);
  }

  async #user(username: string): Promise<Described | undefined> {
    return (await this.#list<Described>(`/users?exact=true&username=${encodeURIComponent(username)}`))[0];
  }

  async #list<T>(path: string): Promise<readonly T[]> {
    return (await (await this.#ask('GET', path)).json()) as readonly T[];
  }

  async #change(path: string, changes: object): Promise<void> {
    await this.#ask('PUT', path, changes);
  }

  async #ask(method: string, path: string, content?: object): Promise<Response> {
    const headers = { authorization: `Bearer ${await this.#token()}`, 'content-type': 'application/json' };
    const body = content === undefined ? {} : { body: JSON.stringify(content) };
    const answer = await this.#fetch(`${this.#url}/admin/realms/slipway${path}`, { method, headers, ...body });
    if (answer.ok) return answer;
    throw new Error(`Keycloak answers ${method} ${path} with ${answer.status}: ${await answer.text()}`);
  }

  async #token(): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...administrator });
    const url = `${this.#url}/realms/master/protocol/openid-connect/token`;
    const answer = await this.#fetch(url, { method: 'POST', body });
    if (!answer.ok) throw new Error(`Keycloak lets its administrator not in: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
