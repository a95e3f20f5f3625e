import type { DevEnvListener } from '../../devenv/index.ts';
import { SlipwayError, type RequestHandlers } from '../../protocol/index.ts';
import type { Disposable } from '../../targets/index.ts';
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
  const service = () => session.services.devEnvs();
  const onProgress = (context: string) => (name: string, text: string) =>
    session.notify('devenv/progress', { context, name, text });
  return {
    'devenvs/list': async ({ context }, signal) => (await service()).list(context, signal),
    'devenvs/get': async (reference, signal) => (await service()).get(reference, signal),
    ...watchHandlers(session),
    'devenvs/options': async ({ context }, signal) => (await service()).options(context, signal),
    'devenvs/manifest': async ({ context, name, spec }, signal) => ({
      manifest: await (await service()).manifest(context, name, spec, signal),
    }),
    'devenvs/create': async ({ context, name, spec, start = true }, signal) => {
      const devEnvs = await service();
      const made = await devEnvs.create(context, name, spec, start, signal);
      await authorize(session, made, signal);
      return start ? devEnvs.start(made, false, onProgress(context), signal) : made;
    },
    'devenvs/start': async ({ wait = true, ...reference }, signal) =>
      (await service()).start(reference, wait, onProgress(reference.context), signal),
    'devenvs/stop': async (reference, signal) => (await service()).stop(reference, signal),
    'devenvs/restart': async (reference, signal) =>
      (await service()).restart(reference, onProgress(reference.context), signal),
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

/** Each watch is told apart by its name, and ends with its session. */
function watchHandlers(session: DevEnvSession): Pick<RequestHandlers, 'devenvs/watch' | 'devenvs/unwatch'> {
  const watches = new Map<string, Disposable>();
  let ended = false;
  session.onEnd(() => {
    ended = true;
    for (const watch of watches.values()) watch.dispose();
    watches.clear();
  });
  return {
    'devenvs/watch': async ({ context }) => {
      if (context !== undefined) await session.services.cluster(context);
      const watch = session.environment.randomHex(8);
      const subscription = await (await session.services.devEnvs()).watch(context, listener(session, watch));
      if (ended) {
        subscription.dispose();
        throw new SlipwayError('cancelled', 'The session has ended.');
      }
      watches.set(watch, subscription);
      return { watch };
    },
    'devenvs/unwatch': ({ watch }) => {
      watches.get(watch)?.dispose();
      watches.delete(watch);
      return Promise.resolve({});
    },
  };
}

function listener(session: DevEnvSession, watch: string): DevEnvListener {
  return (change) => {
    switch (change.kind) {
      case 'changed':
        session.notify('devenv/changed', { watch, devEnv: change.devEnv });
        break;
      case 'deleted':
        session.notify('devenv/deleted', { watch, context: change.context, name: change.name });
        break;
      case 'connection': {
        const { context, state, since, reason } = change;
        session.notify('devenv/context', { watch, context, state, since, ...(reason !== undefined && { reason }) });
      }
    }
  };
}

/** The machine that a DevEnv is made on may log in from its first start. Where its keys cannot be had, connecting says why. */
async function authorize(
  { services, environment }: DevEnvSession,
  { context, name }: { readonly context: string; readonly name: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await (await services.thisMachine()).authorize(await services.space(context, signal), name, signal);
  } catch (error) {
    signal.throwIfAborted();
    environment.log(`This machine cannot log in to ${name} yet: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
