import { isAbsolute } from 'node:path';
import { SlipwayError, type RequestHandlers, type RequestParams, type TransferOutcome } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';

export type TransferHandlers = Pick<RequestHandlers, 'transfer/upload' | 'transfer/download'>;

/** Files to and from DevEnvs. */
export function transferHandlers(session: DevEnvSession): TransferHandlers {
  const { services } = session;
  const copy = async (
    direction: 'upload' | 'download',
    params: RequestParams<'transfer/upload'>,
    signal: AbortSignal,
  ): Promise<TransferOutcome> => {
    const { context, name, id, local, remote, sync = false, delete: deletes = false, dryRun = false } = params;
    const mayName = params.mayName === true && !sync;
    const one = direction === 'upload' ? remote : local;
    const sources = direction === 'upload' ? local : remote;
    if (one.length !== 1) throw refused('A transfer has one destination.');
    if (sync && sources.length !== 1) throw refused('One folder can be made like one other.');
    if (deletes && !sync) throw refused('Only where one folder is made like another, things can be deleted.');
    for (const path of local) if (!isAbsolute(path)) throw refused(`${path} is no absolute path.`);
    const [space, machine, { transferFiles, nameMeant }] = await Promise.all([
      services.space(context, signal),
      services.thisMachine(),
      import('../../devenv/index.ts'),
    ]);
    const meant = nameMeant(space.api.cluster.user, name);
    return transferFiles(
      {
        space,
        name: meant,
        keys: machine.keys,
        introduce: (abort) => machine.introduce(space, meant, abort),
        request: { direction, local, remote, sync, mayName, delete: deletes, dryRun },
        onProgress: (progress) => session.notify('transfer/progress', { id, progress }),
      },
      signal,
    );
  };
  return {
    'transfer/upload': (params, signal) => copy('upload', params, signal),
    'transfer/download': (params, signal) => copy('download', params, signal),
  };
}

function refused(message: string): SlipwayError {
  return new SlipwayError('usage', message, { action: 'See slipway help cp, or slipway help sync.' });
}
