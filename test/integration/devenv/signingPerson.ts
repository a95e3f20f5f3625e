import { join } from 'node:path';
import { TestBrowser } from '../../../shared/src/identity/testing/testBrowser.ts';
import { startProvider, type TestProvider } from '../../../shared/src/identity/testing/testProvider.ts';
import { TestAuthority } from '../../../shared/src/kubernetes/testing/certificates.ts';
import type { OidcSettings } from '../../../shared/src/protocol/index.ts';
import type { Core } from '../../../shared/src/server/index.ts';
import { kubectl, trustIssuer } from '../../cluster/cluster.mjs';
import { trustingFetch } from '../../identity/trustingFetch.ts';
import { context } from '../cluster/clusterMachine.ts';

const never = new AbortController().signal;
const roleFile = join(import.meta.dirname, '../../../docs/platform/role.yaml');

/** A person with the shipped roles in a space, who signs in at an issuer of this test whose tokens soon run out. */
export class SigningPerson {
  readonly provider: TestProvider;
  readonly oidc: OidcSettings;
  readonly #authority: TestAuthority;
  readonly #forget: () => Promise<void>;

  private constructor(parts: {
    readonly provider: TestProvider;
    readonly oidc: OidcSettings;
    readonly authority: TestAuthority;
    readonly forget: () => Promise<void>;
  }) {
    this.provider = parts.provider;
    this.oidc = parts.oidc;
    this.#authority = parts.authority;
    this.#forget = parts.forget;
  }

  static async create(namespace: string, tokenSeconds: number): Promise<SigningPerson> {
    const authority = await TestAuthority.create();
    const certificate = await authority.certificate();
    const pair = await authority.issue('/CN=issuer', 'IP:127.0.0.1');
    const provider = await startProvider({ pair, idTokenSeconds: tokenSeconds });
    await kubectl(['apply', '--namespace', namespace, '-f', roleFile]);
    for (const role of ['slipway-user', 'slipway-devenv']) {
      const binding = ['create', 'rolebinding', role, `--role=${role}`, '--user=oidc:alice@example.com'];
      await kubectl([...binding, '--namespace', namespace]);
    }
    const forget = await trustIssuer({
      url: provider.issuer,
      audience: provider.settings.clientId,
      certificateAuthority: certificate,
      usernameClaim: 'email',
    });
    const oidc = { ...provider.settings, certificateAuthorityData: certificate, usernameClaim: 'email' };
    return new SigningPerson({ provider, oidc, authority, forget });
  }

  /** By a browser that this core asks for. */
  async signIn(core: Core): Promise<void> {
    const send = trustingFetch(await this.#authority.certificate());
    const told = core.onNotification((name, params) => {
      if (name !== 'identity/prompt' || !('prompt' in params) || params.prompt.kind !== 'open') return;
      const { url, redirectUri } = params.prompt;
      void new TestBrowser('alice', send).signIn(url, redirectUri).then((callback) => fetch(callback));
    });
    await core.handlers['identity/signIn']({ context, id: 's', flow: 'browser' }, never);
    told.dispose();
  }

  async dispose(): Promise<void> {
    await this.#forget();
    await this.provider.stop();
    await this.#authority.dispose();
  }
}
