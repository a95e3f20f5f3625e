import { SlipwayError } from '../../protocol/index.ts';

/** A DevEnv as this machine knows it. */
export interface KnownHost {
  /** What `ssh` calls it. */
  readonly host: string;
  readonly context: string;
  readonly namespace: string;
  /** The DevEnv's name. */
  readonly name: string;
}

const safe = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Whether a text can be a host, a context, a space or a DevEnv, and means nothing to ssh or a shell. */
export function isSafeName(text: string): boolean {
  return text.length <= 253 && safe.test(text);
}

/** Before a name gets into a file or a command line. @throws SlipwayError `ssh.config` */
export function checkHost(known: KnownHost): void {
  const bad = [known.host, known.context, known.namespace, known.name].find((text) => !isSafeName(text));
  if (bad === undefined) return;
  throw new SlipwayError('ssh.config', `${JSON.stringify(bad.slice(0, 100))} cannot be a part of a host for ssh.`, {
    action: 'Names of contexts and DevEnvs are lower case letters, digits, hyphens and dots.',
  });
}
