import type { OidcSettings } from '../../protocol/index.ts';

/** What a token says. Only `sub` and `iss` are sure to be there. */
export type IdTokenClaims = Readonly<Record<string, unknown>>;

/** Longer tokens are not looked into, in characters: a header holds less. */
const longestToken = 256 * 1024;
/** Of longer lists no more groups are kept than this. */
const mostGroups = 1000;
const longestName = 1024;

/** The claims of a JWT, unverified: for showing and comparing, never for deciding. Undefined where it is none. */
export function readClaims(token: string): IdTokenClaims | undefined {
  const parts = token.length > longestToken ? [] : token.split('.');
  const [, payload] = parts;
  if (parts.length !== 3 || payload === undefined || !/^[\w-]+$/.test(payload)) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

export interface Person {
  readonly user: string;
  readonly email?: string;
  /** None where the token has no such claim. */
  readonly groups?: readonly string[];
}

/** Who a token is about, by the claims that the context names. */
export function personOf(claims: IdTokenClaims, settings: OidcSettings): Person {
  const email = nameOf(claims.email);
  const names = settings.usernameClaim === undefined ? ['email', 'preferred_username'] : [settings.usernameClaim];
  const user = names.map((name) => nameOf(claims[name])).find((name) => name !== undefined);
  const groups = groupsOf(claims[settings.groupsClaim ?? 'groups']);
  return {
    user: user ?? nameOf(claims.sub) ?? '',
    ...(email === undefined ? {} : { email }),
    ...(groups === undefined ? {} : { groups }),
  };
}

/** As the API server reads them: a list, or one name alone. */
function groupsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value.slice(0, longestName)];
  if (!Array.isArray(value)) return undefined;
  return value
    .slice(0, mostGroups)
    .flatMap((name: unknown) => (typeof name === 'string' ? [name.slice(0, longestName)] : []));
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestName) : undefined;
}

/** Seconds of a `NumericDate` as epoch milliseconds. */
export function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 1000) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
