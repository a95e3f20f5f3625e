import { SlipwayError, type DevEnv } from '../../protocol/index.ts';
import { count } from '../../views/index.ts';
import type { Session } from '../session.ts';
import { currentContext } from './currentContext.ts';

/** Which DevEnv a person means: what they left out is found where there is but one. */
export interface DevEnvMeant {
  readonly name: string | undefined;
  readonly context: string | undefined;
}

/** The context that was named, else the current one; on this machine alone, undefined: then all are looked through. */
async function contextMeant(session: Session, named: string | undefined): Promise<string | undefined> {
  const context = await currentContext(session, named);
  return named === undefined && context === 'local' ? undefined : context;
}

/**
 * The DevEnv that a person means.
 * @throws SlipwayError `devenv.notFound`, `usage` where it may be one of several
 */
export async function findDevEnv(
  session: Session,
  { name, context }: DevEnvMeant,
): Promise<{ readonly context: string; readonly name: string }> {
  const core = await session.core();
  const where = await contextMeant(session, context);
  if (name !== undefined && where !== undefined) return { context: where, name };
  const { devEnvs } = await core.handlers['devenvs/list'](
    where === undefined ? {} : { context: where },
    session.signal,
  );
  const found = devEnvs.filter((devEnv) => (name === undefined ? devEnv.mine : isCalled(devEnv, name)));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return { context: only.context, name: only.name };
  const place = where === undefined ? '' : ` in the context ${where}`;
  if (only === undefined) {
    throw new SlipwayError(
      'devenv.notFound',
      name === undefined ? `You have no DevEnv${place}.` : `There is no DevEnv ${name}${place}.`,
      {
        action: 'Make one: slipway devenv create.',
      },
    );
  }
  const names = found.map((devEnv) =>
    where === undefined ? `${devEnv.name} --context ${devEnv.context}` : devEnv.name,
  );
  throw new SlipwayError('usage', `You have ${count(found.length, 'DevEnv')}${place}.`, {
    action: `Say which: ${names.join(', ')}.`,
  });
}

function isCalled(devEnv: DevEnv, name: string): boolean {
  return devEnv.name === name || (devEnv.mine && devEnv.name.endsWith(`-${name}`) && !name.startsWith('devenv-'));
}
