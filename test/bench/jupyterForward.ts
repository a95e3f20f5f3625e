import WebSocket from 'ws';
import { startCore } from '../integration/core/coreProcess.ts';
import { Machine } from '../integration/cli/slipway.ts';
import { JupyterServer } from '../integration/jupyterlab/jupyterServer.ts';
import type { Comparison } from './statistics.ts';

const never = new AbortController().signal;
const hello = {
  protocolVersion: '1.0',
  host: { name: 'jupyterlab', version: '0.1.0' },
  capabilities: { files: false },
};

/** One small request through the Jupyter server's WebSocket, beside the same request straight to a core. */
export async function jupyterForward(pairs: number): Promise<readonly Comparison[]> {
  const server = await JupyterServer.create();
  const machine = await Machine.create();
  const direct = await startCore(machine.environment);
  const ours: number[] = [];
  const reference: number[] = [];
  try {
    await server.start();
    const ask = await connect(server);
    await ask('initialize', hello);
    for (let pair = -50; pair < pairs; pair += 1) {
      const started = performance.now();
      await ask('jobs/validate', { text: 'notebook: a.ipynb' });
      const forwarded = performance.now();
      await direct.client.request('jobs/validate', { text: 'notebook: a.ipynb' }, never);
      if (pair < 0) continue;
      ours.push(forwarded - started);
      reference.push(performance.now() - forwarded);
    }
  } finally {
    await direct.stop();
    await machine.dispose();
    await server.dispose();
  }
  return [
    {
      name: 'JupyterLab: a request through the Jupyter server',
      unit: 'ms',
      ours,
      reference,
      referenceName: 'the same request straight to a core',
      goal: 'at most 2 ms more',
      met: (mine, theirs) => mine - theirs <= 2,
    },
  ];
}

/** Sends requests one after the other, as a page does. */
async function connect(server: JupyterServer): Promise<(method: string, params: object) => Promise<void>> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}slipway/core?token=${server.token}`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const closed = new Promise<never>((_, reject) => {
    socket.once('close', () => reject(new Error('The server closed the connection.')));
  });
  closed.catch(() => undefined);
  let id = 0;
  return (method, params) => {
    id += 1;
    const answered = new Promise<void>((resolve) => socket.once('message', () => resolve()));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return Promise.race([answered, closed]);
  };
}
