import { apiFailureOf } from '../../kubernetes/index.ts';
import { SlipwayError, type OidcSettings, type Whoami } from '../../protocol/index.ts';
import { type IdTokenClaims, personOf, timeOf } from '../provider/claims.ts';
import { diagnoseRefusal } from './selfDiagnosis.ts';

/** The token that the cluster gets. */
export interface TokenInUse {
  readonly claims: IdTokenClaims;
  /** Of its signature. */
  readonly algorithm: string | undefined;
  readonly settings: OidcSettings;
}

export interface WhoAmIOptions {
  /** What the provider says; undefined where a kubeconfig says who it is. */
  readonly token: TokenInUse | undefined;
  /** Asks the cluster. */
  readonly askCluster: () => Promise<NonNullable<Whoami['cluster']>>;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Who the cluster thinks you are beside who the identity provider says; and where the cluster thinks nobody, why. */
export async function whoAmI({ token, askCluster, now }: WhoAmIOptions): Promise<Whoami> {
  const provider = token === undefined ? {} : { provider: providerOf(token) };
  try {
    return { ...provider, cluster: await askCluster(), checks: [] };
  } catch (error) {
    if (!SlipwayError.is(error) || error.code === 'cancelled' || error.code === 'internal') throw error;
    // Who is not signed in has nothing to be compared.
    if (token === undefined || error.code === 'signIn.required') throw error;
    const refused = error.code === 'cluster.unauthorized';
    const serverDate = apiFailureOf(error)?.date;
    return {
      ...provider,
      failure: { message: error.message, ...(error.action !== undefined && { action: error.action }) },
      checks: refused ? [...diagnoseRefusal({ ...token, now: now(), serverDate })] : [],
    };
  }
}

function providerOf({ claims, settings }: TokenInUse): NonNullable<Whoami['provider']> {
  const { user, email, groups = [] } = personOf(claims, settings);
  return {
    issuer: settings.issuer,
    user,
    ...(email !== undefined && { email }),
    groups: [...groups],
    tokenExpiresAt: timeOf(claims.exp) ?? 0,
  };
}
