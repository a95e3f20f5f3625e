import type { RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

/** Measuring the way to a DevEnv: `devenvs/test`. */
export function testHandler(session: DevEnvSession): RequestHandlers['devenvs/test'] {
  const { services, environment } = session;
  return async ({ context, name, id }, signal) => {
    const [space, { keys }, { nameMeant, testConnection }] = await Promise.all([
      services.space(context, signal),
      services.thisMachine(),
      import('../../devenv/index.ts'),
    ]);
    const hops = await testConnection(
      {
        space,
        keys,
        name: nameMeant(space.api.cluster.user, name),
        now: environment.now,
        onHop: (hop) => id !== undefined && session.notify('devenv/hop', { id, hop }),
      },
      signal,
    );
    return { hops };
  };
}
