import type { Check, OidcSettings } from '../../protocol/index.ts';
import { type IdTokenClaims, personOf, timeOf } from '../provider/claims.ts';

/** A token that the API server refused without saying why, and what is known from here. */
export interface RefusedToken {
  readonly claims: IdTokenClaims;
  /** As the token names it; undefined where that is not known. */
  readonly algorithm: string | undefined;
  readonly settings: OidcSettings;
  /** Epoch ms, by this machine. */
  readonly now: number;
  /** Epoch ms, by the API server, where it told. */
  readonly serverDate: number | undefined;
}

/** Clocks that differ by less than this (ms) are not why. */
const largestSkewMs = 60_000;

type Finding = Omit<Check, 'name' | 'durationMs'>;

const pass = (detail: string): Finding => ({ outcome: 'pass', detail });
const warn = (detail: string, fix: string): Finding => ({ outcome: 'warn', detail, fix });
const fail = (detail: string, fix: string): Finding => ({ outcome: 'fail', detail, fix });

/** What about a token may be why the API server says 401 and no more: each of the reasons it has, looked at from here. Pure. */
export function diagnoseRefusal(token: RefusedToken): readonly Check[] {
  const found: readonly (readonly [string, Finding])[] = [
    ['clock', clock(token)],
    ['issuer', issuer(token)],
    ['audience', audience(token)],
    ['signature', signature(token)],
    ['email', email(token)],
    ['groups', groups(token)],
  ];
  const checks = found.map(([name, finding]): Check => ({ name, ...finding, durationMs: 0 }));
  if (checks.some(({ outcome }) => outcome === 'fail')) return checks;
  return [...checks, { name: 'API server', ...unexplained(token), durationMs: 0 }];
}

function clock({ claims, now, serverDate }: RefusedToken): Finding {
  const at = serverDate ?? now;
  const skew = serverDate === undefined ? 0 : serverDate - now;
  const set = 'Set the clock of this machine, or ask for that of the cluster or identity provider to be set.';
  if (Math.abs(skew) > largestSkewMs) {
    return fail(`the API server's clock is ${duration(skew)} ${skew > 0 ? 'ahead of' : 'behind'} this machine's`, set);
  }
  const begins = timeOf(claims.nbf) ?? timeOf(claims.iat);
  if (begins !== undefined && begins > at + largestSkewMs) {
    return fail(`the token is not good before ${duration(begins - at)} from now, by the API server's clock`, set);
  }
  const ends = timeOf(claims.exp);
  if (ends === undefined) return fail('the token does not say when it ends', 'Ask the platform engineer about it.');
  if (ends > at) return pass(`the token is good for ${duration(ends - at)}`);
  return fail(
    `the token ended ${duration(at - ends)} ago, by the API server's clock`,
    'Sign in again; if that does not help, look at the clocks.',
  );
}

function issuer({ claims, settings }: RefusedToken): Finding {
  const said = textOf(claims.iss);
  if (said === settings.issuer) return pass(said);
  const slash = said.replace(/\/$/, '') === settings.issuer.replace(/\/$/, '');
  return fail(
    `the token is by ${said}, the context says ${settings.issuer}${slash ? ': they differ by a slash at the end' : ''}`,
    'The issuer has to be the same to the letter in the token, the context and the API server.',
  );
}

function audience({ claims, settings }: RefusedToken): Finding {
  const audiences = audiencesOf(claims);
  const list = audiences.join(', ');
  const wanted = settings.audience ?? settings.clientId;
  if (audiences.includes(wanted)) return pass(list);
  const detail = `the token is for ${list === '' ? 'nobody' : list}, and not for ${wanted}`;
  const fix = `Ask the platform engineer for a mapper that puts ${wanted} into the audience (aud) of the token.`;
  // What the API server asks for is not known from here unless the context says so.
  return settings.audience === undefined ? warn(detail, fix) : fail(detail, fix);
}

function signature({ algorithm }: RefusedToken): Finding {
  if (algorithm === undefined) return { outcome: 'skipped', detail: 'how the token is signed cannot be seen' };
  if (algorithm === 'RS256') return pass(algorithm);
  return warn(
    `the token is signed with ${algorithm}; an API server takes RS256 unless told otherwise`,
    'Ask the platform engineer to have tokens signed with RS256, or to allow the other algorithm.',
  );
}

function email({ claims, settings }: RefusedToken): Finding {
  const { usernameClaim } = settings;
  if (usernameClaim !== undefined && usernameClaim !== 'email') {
    return pass(`not asked for: people are known by ${usernameClaim}`);
  }
  const address = personOf(claims, settings).email;
  if (claims.email_verified === false) {
    const detail = `${address ?? 'the address'} is not verified (email_verified is false)`;
    const fix = 'Ask for the address to be verified in the identity provider.';
    return usernameClaim === 'email' ? fail(detail, fix) : warn(detail, fix);
  }
  if (address !== undefined) return pass(address);
  if (usernameClaim === undefined) return pass('none in the token');
  return fail('the token has no email, by which people are known here', 'Ask for the scope and mapper "email".');
}

function groups({ claims, settings }: RefusedToken): Finding {
  const name = settings.groupsClaim ?? 'groups';
  const found = personOf(claims, settings).groups;
  if (found === undefined) {
    return warn(
      `the token has no claim ${name}`,
      `Ask the platform engineer for a mapper that adds the claim ${name}.`,
    );
  }
  const shown = found.slice(0, 10).join(', ');
  const more = found.length > 10 ? ` and ${found.length - 10} more` : '';
  return pass(found.length === 0 ? 'none' : `${shown}${more}`);
}

function unexplained({ claims }: RefusedToken): Finding {
  return warn(
    'nothing in the token explains it as seen from here',
    `Ask the platform engineer whether the API server trusts the issuer ${textOf(claims.iss)} for the audience ${audiencesOf(claims).join(' or ')}, and its certificate and keys.`,
  );
}

function audiencesOf({ aud }: IdTokenClaims): readonly string[] {
  return (Array.isArray(aud) ? aud : [aud]).flatMap((each: unknown) =>
    typeof each === 'string' ? [textOf(each)] : [],
  );
}

/** What a token says comes from elsewhere: one line of it is shown, and no more than can be read. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll(/\p{Cc}/gu, ' ').slice(0, 300) : 'nobody';
}

/** `1m 12s`, without sign. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`;
}
