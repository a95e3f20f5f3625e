import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type ActivityHandlers = Pick<RequestHandlers, 'devenvs/reportActivity'>;

/** Where the DevEnv's supervisor looks for it; what is in the file does not matter. */
const activityFile = '/run/slipway/activity';

/** Saying that somebody works in a DevEnv, from outside of it. */
export function activityHandlers({ services }: Pick<DevEnvSession, 'services'>): ActivityHandlers {
  return {
    'devenvs/reportActivity': async ({ context, name }, signal) => {
      const { runCommand } = await import('../../kubernetes/index.ts');
      const { api } = await services.space(context, signal);
      const request = {
        namespace: api.cluster.namespace,
        pod: name,
        container: 'devenv',
        command: ['touch', activityFile],
      };
      const { exitCode, stderr } = await runCommand(api, request, signal);
      if (exitCode === 0) {
        (await services.devEnvs()).worked({ context, name });
        return {};
      }
      throw new SlipwayError(
        'devenv.failed',
        `${name} does not take note that somebody works in it: ${stderr.trim()}`,
        {
          action: 'Look at its log, or restart it.',
        },
      );
    },
  };
}
