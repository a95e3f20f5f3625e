import { randomUUID } from 'node:crypto';
import type { NotificationParams, SignInFlow } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { createDeferred } from '../deferred.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { askLine } from '../terminal/confirm.ts';
import { plain, toned } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { signedInLines, SignInView } from '../view/signInView.ts';
import { currentContext } from './currentContext.ts';

export interface LoginOptions {
  readonly context: string | undefined;
  /** `browser`: on this machine; `device`: a code for any browser; `callbackUrl`: the person pastes where the browser ended. */
  readonly flow: SignInFlow;
}

/** `slipway login`: signs in with the identity provider of a context. */
export async function login(session: Session, options: LoginOptions): Promise<number> {
  const context = await currentContext(session, options.context);
  const core = await session.core();
  const id = randomUUID();
  const view = new SignInView(session);
  // Ends the question for the address when the sign-in is over, one way or the other.
  const over = new AbortController();
  const failed = createDeferred<never>();
  const told = core.onNotification((name, params) => {
    if (name !== 'identity/prompt' || !isPrompt(params) || params.id !== id) return;
    act(session, core, view, params, options, over.signal).catch((error: unknown) => failed.reject(error));
  });
  try {
    const signingIn = core.handlers['identity/signIn']({ context, id, flow: options.flow }, session.signal);
    const status = await Promise.race([signingIn, failed.promise]);
    view.dispose();
    session.out.writeLines(signedInLines(status));
    return exitCodes.passed;
  } finally {
    over.abort();
    told.dispose();
    view.dispose();
  }
}

/** `slipway logout`: ends the sign-in, for all programs of this person. */
export async function logout(session: Session, named: string | undefined): Promise<number> {
  const context = await currentContext(session, named);
  const core = await session.core();
  const { note } = await core.handlers['identity/signOut']({ context }, session.signal);
  session.out.writeLines([[plain(`signed out of ${oneLine(context)}`)], [toned('dim', oneLine(note))]]);
  return exitCodes.passed;
}

function isPrompt(params: object): params is NotificationParams<'identity/prompt'> {
  return 'prompt' in params;
}

async function act(
  session: Session,
  core: CliCore,
  view: SignInView,
  { prompt }: NotificationParams<'identity/prompt'>,
  { context, flow }: LoginOptions,
  over: AbortSignal,
): Promise<void> {
  if (prompt.kind === 'open' && flow === 'callbackUrl') {
    session.out.writeLines([
      [toned('strong', 'sign in    '), plain(oneLine(prompt.url))],
      [plain('           '), toned('dim', 'the browser ends at an address that it cannot open: paste that here')],
    ]);
    await pasteCallback(session, core, over);
    return;
  }
  const address = prompt.kind === 'open' ? prompt.url : undefined;
  const opened = address !== undefined && (await session.io.openWithDesktop(address));
  view.show(prompt, { opened, context });
}

async function pasteCallback(session: Session, core: CliCore, over: AbortSignal): Promise<void> {
  const url = await askLine(session, 'address: ', AbortSignal.any([session.signal, over])).catch((error: unknown) => {
    if (!over.aborted) throw error;
    return '';
  });
  if (url !== '') await core.handlers['identity/complete']({ url }, session.signal);
}
