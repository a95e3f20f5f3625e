import { resolve } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import type { CliIo } from '../io.ts';

export interface ServeOptions {
  readonly fd: string | undefined;
  readonly socket: string | undefined;
}

/** `slipway serve`: the core for an editor or a Jupyter server, until that leaves. */
export async function serve(io: CliIo, { fd, socket }: ServeOptions): Promise<number> {
  if (fd !== undefined && socket === undefined) {
    const descriptor = Number(fd);
    if (!Number.isInteger(descriptor) || descriptor < 0) {
      throw new SlipwayError('usage', `--fd ${JSON.stringify(fd)} is not the number of a file descriptor.`);
    }
    return io.serve({ kind: 'descriptor', fd: descriptor });
  }
  if (socket !== undefined && fd === undefined) return io.serve({ kind: 'socket', path: resolve(io.cwd, socket) });
  throw new SlipwayError('usage', 'slipway serve needs either --fd or --socket.', {
    action: 'It is started by the editor extensions; people use the other commands.',
  });
}
