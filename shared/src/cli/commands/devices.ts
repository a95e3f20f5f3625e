import type { DevEnvDevice } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** `slipway devenv devices`. */
export async function listDevices(session: Session, meant: DevEnvMeant, format: OutputFormat): Promise<number> {
  const core = await session.core();
  const answer = await core.handlers['devenvs/devices'](await findDevEnv(session, meant), session.signal);
  return tell(session, answer.devices, format);
}

/** `slipway devenv remove-device`. */
export async function removeDevice(
  session: Session,
  meant: DevEnvMeant,
  fingerprint: string,
  format: OutputFormat,
): Promise<number> {
  const core = await session.core();
  const reference = await findDevEnv(session, meant);
  const answer = await core.handlers['devenvs/removeDevice']({ ...reference, fingerprint }, session.signal);
  return tell(session, answer.devices, format);
}

async function tell(session: Session, devices: readonly DevEnvDevice[], format: OutputFormat): Promise<number> {
  if (format === 'json') printJson(session, { devices });
  else session.out.writeLines(devices.length === 0 ? [[plain('No machine may log in.')]] : devices.map(deviceLine));
  await session.out.drained();
  return exitCodes.passed;
}

function deviceLine({ fingerprint, name, current }: DevEnvDevice): Line {
  const words = `${fingerprint}  ${oneLine(name)}`;
  return current ? [plain(words), toned('dim', '  (this machine)')] : [plain(words)];
}
