import type { RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

/** Measuring the way to a DevEnv: `devenvs/test`. */
export function testHandler(session: DevEnvSession): RequestHandlers['devenvs/test'] {
  const { services, environment } = session;
  return async ({ context, name, id }, signal) => {
    const [space, machine, { nameMeant, testConnection }] = await Promise.all([
      services.space(context, signal),
      services.thisMachine(),
      import('../../devenv/index.ts'),
    ]);
    const meant = nameMeant(space.api.cluster.user, name);
    const hops = await testConnection(
      {
        space,
        keys: machine.keys,
        introduce: (abort) => machine.introduce(space, meant, abort),
        name: meant,
        now: environment.now,
        onHop: (hop) => id !== undefined && session.notify('devenv/hop', { id, hop }),
      },
      signal,
    );
    return { hops };
  };
}
