import type * as identityModule from '../../identity/index.ts';
import { unknownContext, type ContextEntry, type ContextSummary, type RequestHandlers } from '../../protocol/index.ts';
import type { CoreServices } from '../coreServices.ts';

type ContextHandlers = Pick<
  RequestHandlers,
  'contexts/list' | 'contexts/use' | 'contexts/import' | 'contexts/delete' | 'contexts/setSpace'
>;

/** The contexts: where to run, and as whom. Changes go to config.yaml, and are in force when the answer comes. */
export function contextHandlers(services: CoreServices, configDir: string): ContextHandlers {
  const changing = async (change: (identity: typeof identityModule) => Promise<unknown>) => {
    await change(await import('../../identity/index.ts'));
    await (await services.contexts()).reload();
    return {};
  };
  return {
    'contexts/list': async () => {
      const contexts = await services.contexts();
      const { currentContext, entries, fault, file } = contexts;
      const own = entries.map((entry) => summaryOf(services, entry, currentContext));
      return {
        contexts: [localSummary(currentContext), ...(await Promise.all(own))],
        ...(file !== undefined && { file }),
        ...(fault !== undefined && {
          problem: { message: fault.message, ...(fault.action !== undefined && { action: fault.action }) },
        }),
      };
    },
    'contexts/use': ({ context }) => changing(({ useContext }) => useContext(configDir, context)),
    'contexts/import': async ({ text, replace = false, ...options }) => {
      const { readImport, saveContexts } = await import('../../identity/index.ts');
      const { entries, notes } = readImport(text, options);
      await changing(() => saveContexts(configDir, entries, { replace }));
      return { contexts: entries.map(({ name }) => name), notes: [...notes] };
    },
    'contexts/delete': ({ context }) =>
      changing(async ({ removeContext }) => {
        if (await removeContext(configDir, context)) return;
        throw unknownContext(context, [...(await services.contexts()).targets.keys()]);
      }),
    'contexts/setSpace': ({ context, namespace }) =>
      changing(({ setContextSpace }) => setContextSpace(configDir, context, namespace)),
  };
}

function localSummary(current: string): ContextSummary {
  return { name: 'local', current: current === 'local', authentication: 'none', signIn: { state: 'notNeeded' } };
}

async function summaryOf(services: CoreServices, entry: ContextEntry, current: string): Promise<ContextSummary> {
  return {
    name: entry.name,
    current: entry.name === current,
    authentication: entry.oidc === undefined ? 'kubeconfig' : 'oidc',
    ...(entry.cluster !== undefined && { server: entry.cluster.server }),
    ...(entry.kubeconfig !== undefined && { kubeconfig: entry.kubeconfig }),
    ...(entry.namespace !== undefined && { namespace: entry.namespace }),
    ...(entry.oidc !== undefined && { issuer: entry.oidc.issuer }),
    signIn: await services.signIns.status(entry),
  };
}
