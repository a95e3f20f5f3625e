import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type LifecycleHandlers = Pick<
  RequestHandlers,
  | 'devenvs/list'
  | 'devenvs/get'
  | 'devenvs/watch'
  | 'devenvs/unwatch'
  | 'devenvs/options'
  | 'devenvs/manifest'
  | 'devenvs/create'
  | 'devenvs/start'
  | 'devenvs/stop'
  | 'devenvs/restart'
  | 'devenvs/resize'
  | 'devenvs/delete'
>;

/** From making a DevEnv to deleting it. */
export function lifecycleHandlers(session: DevEnvSession): LifecycleHandlers {
  const missing = (): Promise<never> => Promise.reject(new SlipwayError('internal', 'This is not there yet.'));
  const service = () => session.services.devEnvs();
  const onProgress = (context: string) => (name: string, text: string) =>
    session.notify('devenv/progress', { context, name, text });
  return {
    'devenvs/list': async ({ context }, signal) => (await service()).list(context, signal),
    'devenvs/get': async (reference, signal) => (await service()).get(reference, signal),
    'devenvs/watch': missing,
    'devenvs/unwatch': missing,
    'devenvs/options': missing,
    'devenvs/manifest': async ({ context, name, spec }, signal) => ({
      manifest: await (await service()).manifest(context, name, spec, signal),
    }),
    'devenvs/create': async ({ context, name, spec, start = true }, signal) => {
      const devEnvs = await service();
      const made = await devEnvs.create(context, name, spec, signal);
      return start ? devEnvs.start(made, false, onProgress(context), signal) : made;
    },
    'devenvs/start': async ({ wait = true, ...reference }, signal) =>
      (await service()).start(reference, wait, onProgress(reference.context), signal),
    'devenvs/stop': async (reference, signal) => (await service()).stop(reference, signal),
    'devenvs/restart': async (reference, signal) => {
      const devEnvs = await service();
      await devEnvs.stop(reference, signal);
      return devEnvs.start(reference, true, onProgress(reference.context), signal);
    },
    'devenvs/resize': async ({ changes, ...reference }, signal) => (await service()).resize(reference, changes, signal),
    'devenvs/delete': async ({ workspace, ...reference }, signal) => {
      await (await service()).delete(reference, workspace, signal);
      const [machine, space] = await Promise.all([
        session.services.thisMachine(),
        session.services.space(reference.context, signal),
      ]);
      await machine.forget(space, reference.name);
      return {};
    },
  };
}
