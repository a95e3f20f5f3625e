import { SlipwayError, type DevEnvSpec, type DevEnvVolume } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { devEnvLines } from '../view/devEnvView.ts';
import { currentContext } from './currentContext.ts';
import { awaitRunning } from './devEnvLife.ts';
import { findDevEnv, type DevEnvMeant } from './devEnvReference.ts';

/** What the options say of a DevEnv. */
export interface DevEnvWishes {
  readonly image?: string;
  readonly instanceType?: string;
  readonly gpus?: string;
  readonly disk?: string;
  readonly idleStop?: string;
  readonly volume?: readonly string[];
}

export interface CreateOptions {
  readonly context: string | undefined;
  readonly name: string | undefined;
  readonly wishes: DevEnvWishes;
  readonly start: boolean;
  readonly wait: boolean;
  readonly format: OutputFormat;
}

/** `slipway devenv create`. */
export async function createDevEnv(session: Session, options: CreateOptions): Promise<number> {
  const { name, start, wait, format } = options;
  const core = await session.core();
  const context = await currentContext(session, options.context);
  const spec = specOf(options.wishes);
  const request = { context, ...(name !== undefined && { name }), spec, start };
  const made = await core.handlers['devenvs/create'](request, session.signal);
  if (start && wait) return awaitRunning(session, made, format);
  if (format === 'json') printJson(session, made);
  else session.out.writeLines(devEnvLines(made, start ? 'is being started' : 'is made, and stopped'));
  await session.out.drained();
  return exitCodes.passed;
}

/** `slipway devenv manifest`. */
export async function printManifest(
  session: Session,
  { context: named, name, wishes }: Pick<CreateOptions, 'context' | 'name' | 'wishes'>,
): Promise<number> {
  const core = await session.core();
  const context = await currentContext(session, named);
  const request = { context, ...(name !== undefined && { name }), spec: specOf(wishes) };
  const { manifest } = await core.handlers['devenvs/manifest'](request, session.signal);
  session.out.write(manifest);
  await session.out.drained();
  return exitCodes.passed;
}

/** `slipway devenv resize`. */
export async function resizeDevEnv(
  session: Session,
  meant: DevEnvMeant,
  wishes: DevEnvWishes,
  format: OutputFormat,
): Promise<number> {
  const changes = specOf(wishes);
  if (Object.keys(changes).length === 0) {
    throw new SlipwayError('usage', 'Nothing was named that is to be different.', {
      action: 'Name what changes, such as --disk 50Gi or --instance-type cpu-4c-8g.',
    });
  }
  const core = await session.core();
  const devEnv = await core.handlers['devenvs/resize'](
    { ...(await findDevEnv(session, meant)), changes },
    session.signal,
  );
  if (format === 'json') printJson(session, devEnv);
  else {
    const isUp = devEnv.state === 'running' || devEnv.state === 'starting';
    const { reason = '' } = devEnv;
    const restart = reason.endsWith('next start') ? ': slipway devenv restart' : '';
    const when = isUp && reason !== '' ? `; ${oneLine(reason)}${restart}` : '';
    session.out.writeLines([[plain(`${devEnv.name} is changed${when}`)]]);
  }
  await session.out.drained();
  return exitCodes.passed;
}

/** @throws SlipwayError `usage` */
function specOf({ image, instanceType, gpus, disk, idleStop, volume }: DevEnvWishes): DevEnvSpec {
  return {
    ...(image !== undefined && { image }),
    ...(instanceType !== undefined && { instanceType }),
    ...(gpus !== undefined && { gpus: numberOfGpus(gpus) }),
    ...(disk !== undefined && { diskSize: disk }),
    ...(idleStop !== undefined && { idleStop }),
    ...(volume !== undefined && { volumes: volume.map(volumeOf) }),
  };
}

function numberOfGpus(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new SlipwayError('usage', `--gpus ${JSON.stringify(text)} is not a number of GPUs.`, {
    action: 'Give a whole number, such as 1, or 0 for none.',
  });
}

function volumeOf(text: string): DevEnvVolume {
  const [, claimName = '', mountPath = '', mode] = /^([^:]+):(\/[^:]+)(?::(ro|rw))?$/.exec(text) ?? [];
  if (claimName !== '') return { claimName, mountPath, ...(mode === 'ro' && { readOnly: true }) };
  throw new SlipwayError('usage', `--volume ${JSON.stringify(text)} does not name a claim and a path.`, {
    action: 'Write CLAIM:/PATH, or CLAIM:/PATH:ro to read only.',
  });
}
