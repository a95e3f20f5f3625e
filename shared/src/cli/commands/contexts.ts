import { isAbsolute, resolve } from 'node:path';
import { contextEntrySchema, SlipwayError, type ContextEntry } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { pad } from '../terminal/text.ts';
import { formatPath } from '../view/values.ts';

/** `slipway contexts`: the places to run. */
export async function listContexts(session: Session, format: OutputFormat): Promise<number> {
  const { readContexts } = await import('../../identity/index.ts');
  const { path, entries } = await readContexts(await session.io.configDir());
  if (format === 'json') {
    printJson(session, { path, contexts: [{ name: 'local' }, ...entries] });
  } else {
    const width = Math.max(...['local', ...entries.map(({ name }) => name)].map((name) => name.length)) + 2;
    session.out.writeLines([
      [toned('strong', pad('local', width)), plain('this machine')],
      ...entries.map((entry): Line => [toned('strong', pad(entry.name, width)), plain(describe(session, entry))]),
    ]);
  }
  await session.out.drained();
  return exitCodes.passed;
}

export interface AddContextOptions {
  readonly name: string;
  readonly kubeconfig: string | undefined;
  readonly kubeconfigContext: string | undefined;
  readonly namespace: string | undefined;
  readonly image: string | undefined;
  /** A file with the team profile, YAML. */
  readonly profile: string | undefined;
}

/** `slipway contexts add`: from a kubeconfig and a team profile, or an image alone. */
export async function addContext(session: Session, options: AddContextOptions): Promise<number> {
  const { io } = session;
  const { saveContext } = await import('../../identity/index.ts');
  const entry = checkEntry({
    name: options.name,
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: resolve(io.cwd, options.kubeconfig) }),
    ...(options.kubeconfigContext === undefined ? {} : { kubeconfigContext: options.kubeconfigContext }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    profile: await readProfile(session, options),
  });
  await saveContext(await io.configDir(), entry);
  session.out.writeLines([
    [plain(`${entry.name}  ${describe(session, entry)}`)],
    [toned('dim', `check it with "slipway doctor --context ${entry.name}"`)],
  ]);
  return exitCodes.passed;
}

/** `slipway contexts remove`: forgets a context; nothing on the cluster changes. */
export async function removeContext(session: Session, name: string): Promise<number> {
  const { removeContext: remove } = await import('../../identity/index.ts');
  if (!(await remove(await session.io.configDir(), name))) {
    throw new SlipwayError('context.unknown', `There is no context ${JSON.stringify(name)}.`, {
      action: 'List them with "slipway contexts".',
    });
  }
  session.out.writeLines([[plain(`removed ${name}; its runs stay on the cluster`)]]);
  return exitCodes.passed;
}

/** `slipway contexts secrets`: names to choose from; no value is read. */
export async function listSecrets(session: Session, context: string): Promise<number> {
  const core = await session.core();
  const { secrets } = await core.handlers['contexts/secrets']({ context }, session.signal);
  session.out.writeLines(secrets.map((name): Line => [plain(oneLine(name))]));
  await session.out.drained();
  return exitCodes.passed;
}

async function readProfile(session: Session, { profile, image }: AddContextOptions): Promise<object> {
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

function describe(session: Session, entry: ContextEntry): string {
  const { cwd, home } = session.io;
  const file = entry.kubeconfig === undefined ? 'default kubeconfig' : formatPath(entry.kubeconfig, cwd, home);
  const space = entry.namespace === undefined ? '' : `, space ${entry.namespace}`;
  return `${oneLine(file)}${space}, image ${oneLine(entry.profile.image)}`;
}
