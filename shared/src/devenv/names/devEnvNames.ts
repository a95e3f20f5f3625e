import { createHash } from 'node:crypto';
import { SlipwayError } from '../../protocol/index.ts';

/** Names of the objects of a DevEnv, and of what they carry. */
export const devEnvLabel = 'slipway.dev/devenv';
/** Instead of {@link devEnvLabel}, on the claim of a DevEnv that was deleted without its files. */
export const keptLabel = 'slipway.dev/devenv-kept';
export const devEnvAnnotations = {
  /** Whom the cluster knew who made it. For people; authorises nothing. */
  user: 'slipway.dev/user',
  /** {@link recordSchema} as JSON. */
  spec: 'slipway.dev/devenv-spec',
  /** Set anew once the Secret has changed: the kubelet then renews its copy at once. */
  keysChanged: 'slipway.dev/keys-changed',
  /** How the last pod ended that the cluster put out; see devenv/endings. */
  lastEnd: 'slipway.dev/last-end',
} as const;

/** The only container of the pod. */
export const devEnvContainer = 'devenv';
/** sshd listens there. */
export const sshPort = 2222;

/** Keys of the Secret. */
export const secretKeys = {
  authorizedKeys: 'authorized_keys',
  hostKey: 'ssh_host_ed25519_key',
  hostKeyPublic: 'ssh_host_ed25519_key.pub',
} as const;

const prefix = 'devenv-';
const secretPrefix = 'user-ssh-';
/** A label value can be no longer. */
const maxName = 63;
/** Leaves room for the word of a further DevEnv. */
const maxSlug = 40;
const hashLength = 6;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** What ends like that might be the slug of somebody whose name had to be changed. */
const hashEnd = new RegExp(`(^|-)[0-9a-f]{${hashLength}}$`);

/**
 * A cluster's user name as part of an object's name: the name itself where it can be one, else what is left of it and a hash.
 * Different users get different slugs.
 */
export function slugOf(user: string): string {
  if (user.length <= maxSlug && dnsLabel.test(user) && !hashEnd.test(user)) return user;
  const hash = createHash('sha256').update(user).digest('hex').slice(0, hashLength);
  const kept = plain(tellingPart(user)).slice(0, maxSlug - hashLength - 1);
  return `${kept.replace(/-+$/, '') || 'user'}-${hash}`;
}

/** The name of a person's DevEnv; with a word, of a further one. */
export function devEnvName(user: string, word?: string): string {
  return word === undefined ? prefix + slugOf(user) : `${prefix}${slugOf(user)}-${word}`;
}

/**
 * The name of the DevEnv that a person means: all of it as it is, else the word of a further one of their own.
 * @throws SlipwayError `spec.invalid` for what cannot be the name of one
 */
export function nameMeant(user: string, asked: string | undefined): string {
  const whole = asked === undefined || asked.startsWith(prefix);
  const name = whole ? (asked ?? devEnvName(user)) : devEnvName(user, asked);
  if (name.length <= maxName && dnsLabel.test(name) && (whole || dnsLabel.test(asked))) return name;
  throw new SlipwayError(
    'spec.invalid',
    `${JSON.stringify((asked ?? name).slice(0, 100))} cannot be the name of a DevEnv.`,
    {
      action: `Use a short word of lower-case letters, digits and "-": the name is made of it, ${devEnvName(user, 'WORD')}, and has at most ${maxName} characters.`,
    },
  );
}

/**
 * The name of a new DevEnv.
 * @throws SlipwayError `spec.invalid`, also for a name that would look like another person's
 */
export function newName(user: string, asked: string | undefined): string {
  const name = nameMeant(user, asked);
  const own = devEnvName(user);
  if (name === own || name.startsWith(`${own}-`)) return name;
  throw new SlipwayError('spec.invalid', `${name} is not one of your names: they begin with ${own}.`, {
    action: `Give a word alone, such as gpu: the DevEnv is called ${own}-gpu then.`,
  });
}

/** The Secret of a DevEnv: `devenv-alice` → `user-ssh-alice`. */
export function secretName(name: string): string {
  return secretPrefix + name.slice(prefix.length);
}

/** What `ssh` calls it: `devenv-alice.team-a`. */
export function hostName(name: string, context: string): string {
  return `${name}.${context}`;
}

/** Without what comes before the person: `oidc:`, `https://issuer#`, `system:serviceaccount:ns:`; of an e-mail address, who. */
function tellingPart(user: string): string {
  const own = user.split(/[:#/\\]/).findLast((part) => plain(part) !== '') ?? '';
  const [person = ''] = own.split('@', 1);
  return plain(person) === '' ? own : person;
}

function plain(text: string): string {
  const letters = text
    .slice(0, 1_000)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return letters.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
}
