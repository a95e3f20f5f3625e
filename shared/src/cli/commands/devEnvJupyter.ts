import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** `slipway devenv jupyter`: opens the page, and forwards to it until Ctrl-C. */
export async function openJupyter(session: Session, meant: DevEnvMeant): Promise<number> {
  const core = await session.core();
  const reference = await findDevEnv(session, meant);
  const { url } = await core.handlers['devenvs/openJupyter'](reference, session.signal);
  const interrupted = new Promise<void>((resolve) => {
    session.onInterrupt(() => resolve());
  });
  if (await session.io.openWithDesktop(url)) {
    session.out.writeLines([
      [plain(`JupyterLab in ${reference.name} opens in your browser; Ctrl-C ends the connection`)],
    ]);
  } else {
    session.out.writeLines([
      [plain(`open  ${url}`)],
      [plain('The link is good once, for two minutes. Ctrl-C ends the connection; JupyterLab goes on.')],
    ]);
  }
  await session.out.drained();
  await interrupted;
  return exitCodes.passed;
}
