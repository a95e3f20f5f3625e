import { isAbsolute, resolve } from 'node:path';
import { contextEntrySchema, SlipwayError, type ContextEntry } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain, toned } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';

export interface NewContextOptions {
  readonly name: string;
  readonly server: string | undefined;
  readonly certificateAuthority: string | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly kubeconfigContext: string | undefined;
  readonly namespace: string | undefined;
  readonly image: string | undefined;
  /** A file with the team profile, YAML. */
  readonly profile: string | undefined;
  readonly replace: boolean;
  readonly use: boolean;
}

/** `slipway context new`: a cluster with a sign-in, or a kubeconfig, and a team profile or an image alone. */
export async function newContext(session: Session, options: NewContextOptions): Promise<number> {
  const entry = checkEntry({
    name: options.name,
    ...clusterOf(session, options),
    ...kubeconfigOf(session, options),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    profile: await readProfile(session, options),
  });
  return writeContexts(session, [entry], [], options);
}

/** Writes contexts after asking whether those that are there may be replaced, and says what to do next. */
export async function writeContexts(
  session: Session,
  entries: readonly ContextEntry[],
  notes: readonly string[],
  options: { readonly replace: boolean; readonly use: boolean },
): Promise<number> {
  const { readConfig, saveContexts } = await import('../../identity/index.ts');
  const configDir = await session.io.configDir();
  const names = entries.map(({ name }) => name);
  const there = (await readConfig(configDir)).entries.map(({ name }) => name).filter((name) => names.includes(name));
  const replace = options.replace || (there.length > 0 && (await mayReplace(session, there)));
  await saveContexts(configDir, entries, { replace, ...(options.use && { currentContext: names[0] }) });
  session.out.writeLines([
    ...entries.map(({ name }) => [plain(`${there.includes(name) ? 'replaced' : 'added'} ${name}`)]),
    ...notes.map((note) => [toned('dim', oneLine(note))]),
    ...entries.map((entry) => [toned('dim', nextStep(entry))]),
  ]);
  return exitCodes.passed;
}

async function mayReplace(session: Session, names: readonly string[]): Promise<boolean> {
  const list = names.join(', ');
  if (canAsk(session)) {
    if (await confirm(session, `Replace ${list}?`, false)) return true;
    throw new SlipwayError('cancelled', 'Nothing was changed.');
  }
  const words = names.length === 1 ? `The context ${list} is` : `The contexts ${list} are`;
  throw new SlipwayError('context.exists', `${words} there already.`, {
    action: 'Add --replace, or give the new one another name.',
  });
}

function nextStep({ name, oidc }: ContextEntry): string {
  if (oidc !== undefined) return `sign in with "slipway login --context ${name}"`;
  return `check it with "slipway doctor --context ${name}"`;
}

function clusterOf(session: Session, options: NewContextOptions): object {
  const { server, issuer, clientId, scopes, audience, certificateAuthority } = options;
  if (issuer === undefined && clientId === undefined && server === undefined) return {};
  if (issuer === undefined || clientId === undefined) {
    throw new SlipwayError('usage', 'A cluster that is signed in to needs an issuer and a client id.', {
      action: 'Give --issuer and --client-id, or --kubeconfig.',
    });
  }
  const authority =
    certificateAuthority === undefined ? {} : { certificateAuthority: resolve(session.io.cwd, certificateAuthority) };
  const oidc = {
    issuer,
    clientId,
    ...(scopes.length > 0 && { scopes }),
    ...(audience === undefined ? {} : { audience }),
  };
  return { oidc, ...(server === undefined ? {} : { cluster: { server, ...authority } }) };
}

function kubeconfigOf(session: Session, { kubeconfig, kubeconfigContext }: NewContextOptions): object {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(session.io.cwd, kubeconfig) }),
    ...(kubeconfigContext === undefined ? {} : { kubeconfigContext }),
  };
}

async function readProfile(session: Session, { profile, image }: NewContextOptions): Promise<object> {
  if (profile === undefined) {
    if (image !== undefined) return { image };
    throw new SlipwayError('usage', 'A context needs an image to run in.', {
      action: 'Give --image, or --profile with the file that your platform engineer handed out.',
    });
  }
  const [{ readFile }, { parse }] = await Promise.all([import('node:fs/promises'), import('yaml')]);
  const path = isAbsolute(profile) ? profile : resolve(session.io.cwd, profile);
  try {
    const content: unknown = parse(await readFile(path, 'utf8'));
    if (typeof content !== 'object' || content === null) throw new Error('it holds no fields');
    return image === undefined ? content : { ...content, image };
  } catch (error) {
    const why = error instanceof Error ? oneLine(error.message.split('\n')[0] ?? '') : 'it cannot be read';
    throw new SlipwayError('context.invalid', `${profile} is no team profile: ${why}.`, { cause: error });
  }
}

function checkEntry(entry: unknown): ContextEntry {
  const outcome = contextEntrySchema.safeParse(entry);
  if (outcome.success) return outcome.data;
  const issue = outcome.error.issues[0];
  throw new SlipwayError(
    'context.invalid',
    `The context is not valid at ${issue?.path.map(String).join('.') ?? 'its top'}: ${issue?.message ?? 'unknown reason'}.`,
    { action: 'Correct the profile or the options; docs/guide/contexts.md shows what stands in them.' },
  );
}
