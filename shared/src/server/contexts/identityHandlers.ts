import type { TokenInUse } from '../../identity/index.ts';
import {
  hostProducts,
  type NotificationName,
  type NotificationParams,
  type RequestHandlers,
  type SignInPrompt,
} from '../../protocol/index.ts';
import type { CoreServices } from '../coreServices.ts';

type IdentityHandlers = Pick<
  RequestHandlers,
  'identity/signIn' | 'identity/complete' | 'identity/signOut' | 'identity/whoami' | 'identity/spaces'
>;
type Notify = <Name extends NotificationName>(name: Name, params: NotificationParams<Name>) => void;

/** Signing in and out, and who that is on the cluster. @param openedBy names the program that asks, for the page on which the browser ends */
export function identityHandlers(
  services: CoreServices,
  { openedBy, notify, now }: { openedBy: () => string; notify: Notify; now: () => number },
): IdentityHandlers {
  const settingsOf = async (context: string) => {
    await services.target(context);
    return services.signIns.required((await services.contexts()).entry(context), context);
  };
  return {
    'identity/signIn': async ({ context, id, flow, redirectUri }, signal) => {
      const settings = await settingsOf(context);
      const identity = await services.signIns.identity();
      const request = { flow, redirectUri, openedBy: hostProducts.get(openedBy()) ?? 'the slipway command' };
      const onPrompt = (prompt: SignInPrompt): void => notify('identity/prompt', { id, prompt });
      const status = await identity.signIn(settings, request, onPrompt, signal);
      // Whoever asks next must not be told that somebody has to sign in.
      await services.signInChanged(settings);
      return status;
    },
    'identity/complete': async ({ url }) => {
      (await services.signIns.identity()).complete(url);
      return {};
    },
    'identity/signOut': async ({ context }, signal) => {
      const settings = await settingsOf(context);
      return (await services.signIns.identity()).signOut(settings, signal);
    },
    'identity/whoami': async ({ context }, signal) => {
      const target = await services.cluster(context);
      const { whoAmI } = await import('../../identity/index.ts');
      const token = await tokenOf(services, context, signal);
      return whoAmI({ token, askCluster: () => target.whoAmI(signal), now });
    },
    'identity/spaces': async ({ context }, signal) => {
      const target = await services.cluster(context);
      const { personOf } = await import('../../identity/index.ts');
      const token = await tokenOf(services, context, signal);
      const groups = token === undefined ? [] : (personOf(token.claims, token.settings).groups ?? []);
      const { spaces, notes } = await target.spaces(groups, signal);
      return { spaces: [...spaces], notes: [...notes] };
    },
  };
}

/** Undefined for a context whose user is a kubeconfig's. @throws SlipwayError `signIn.required` */
async function tokenOf(services: CoreServices, context: string, signal: AbortSignal): Promise<TokenInUse | undefined> {
  const entry = (await services.contexts()).entry(context);
  const settings = entry === undefined ? undefined : services.signIns.settings(entry);
  if (entry === undefined || settings === undefined) return undefined;
  const identity = await services.signIns.identity();
  const { signatureAlgorithm } = await import('../../identity/index.ts');
  const credential = await services.signIns.signInOf(entry)?.credentials.current(signal);
  const claims = await identity.claims(settings, signal);
  return { claims, settings, algorithm: signatureAlgorithm(credential?.authorization?.replace(/^Bearer /, '') ?? '') };
}
