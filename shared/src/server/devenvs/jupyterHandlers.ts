import type { JupyterDoors } from '../../devenv/index.ts';
import type { RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type JupyterHandlers = Pick<RequestHandlers, 'devenvs/openJupyter'>;

/** JupyterLab in DevEnvs: its ports of this machine live as long as the session. */
export function jupyterHandlers(session: DevEnvSession): JupyterHandlers {
  const { services, environment } = session;
  let doors: Promise<JupyterDoors> | undefined;
  session.onEnd(() => {
    doors?.then(
      (open) => open.close(),
      // What could not be loaded has told so to who asked for it.
      () => undefined,
    );
  });
  return {
    'devenvs/openJupyter': async ({ context, name }, signal) => {
      const { nameMeant, openJupyterDoors } = await import('../../devenv/index.ts');
      const { api } = await services.space(context, signal);
      doors ??= openJupyterDoors(environment);
      return { url: await (await doors).open(api, nameMeant(api.cluster.user, name), signal) };
    },
  };
}
