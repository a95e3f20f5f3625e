import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Hands a connection on, and breaks it after so many bytes in both directions together. */
export interface CuttingProxy {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** That were handed on so far, in both directions. */
  readonly bytes: number;
  /** The next connections break after so many bytes each, one a connection; those behind them do not break. */
  breakAfter(bytes: readonly number[]): void;
  stop(): Promise<void>;
}

export async function startCuttingProxy(dial: () => Promise<Duplex>): Promise<CuttingProxy> {
  const limits: number[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  let bytes = 0;
  const server = createServer({ noDelay: true }, (near) => {
    connections += 1;
    open.add(near);
    near.on('error', () => undefined);
    let left = limits.shift() ?? Number.POSITIVE_INFINITY;
    dial().then(
      (far) => {
        far.on('error', () => near.destroy());
        far.on('close', () => near.destroy());
        near.on('close', () => {
          open.delete(near);
          far.destroy();
        });
        const pass = (from: Duplex, to: Duplex): void => {
          from.on('data', (chunk: Buffer) => {
            const piece = chunk.subarray(0, Math.max(0, left));
            left -= chunk.length;
            bytes += piece.length;
            if (!to.write(piece)) {
              from.pause();
              to.once('drain', () => from.resume());
            }
            if (left <= 0) {
              near.resetAndDestroy();
              far.destroy();
            }
          });
        };
        pass(near, far);
        pass(far, near);
      },
      () => near.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    get connections() {
      return connections;
    },
    get bytes() {
      return bytes;
    },
    breakAfter: (each) => {
      limits.splice(0, limits.length, ...each);
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return address.port;
}
