import { isAbsolute, join } from 'node:path';
import type { DevEnvConnection } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

export interface ConnectChoice {
  readonly include: boolean;
  readonly sshConfigFile: string | undefined;
  /** The host key may be another one than before. */
  readonly accept: boolean;
  readonly format: OutputFormat;
}

/** `slipway devenv connect`. */
export async function connect(session: Session, meant: DevEnvMeant, choice: ConnectChoice): Promise<number> {
  const core = await session.core();
  const reference = await findDevEnv(session, meant);
  const { include, sshConfigFile: file, accept, format } = choice;
  const connection = await core.handlers['devenvs/connect'](
    {
      ...reference,
      include,
      ...(file !== undefined && { sshConfigFile: isAbsolute(file) ? file : join(session.io.cwd, file) }),
      ...(accept && { acceptNewHostKey: true }),
    },
    session.signal,
  );
  if (format === 'json') printJson(session, connection);
  else session.out.writeLines(connectionLines(connection));
  await session.out.drained();
  return exitCodes.passed;
}

function connectionLines({ command, hostKeyFingerprint, includedIn, configFile, conflicts }: DevEnvConnection): Line[] {
  return [
    [plain('connect   '), toned('strong', oneLine(command))],
    [plain(`host key  ${oneLine(hostKeyFingerprint)}, pinned`)],
    [
      plain(`config    ${oneLine(configFile)}`),
      plain(includedIn === undefined ? '' : `, included by ${oneLine(includedIn)}`),
    ],
    ...conflicts.map((conflict): Line => [toned('warn', 'warning   '), plain(oneLine(conflict))]),
  ];
}
