import { once } from 'node:events';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { protocolVersion } from '../protocol/index.ts';
import { serveConnection } from './connection.ts';
import { FrameDecoder } from './frames.ts';
import { FrameReader, FrameWriter } from './frameTransport.ts';
import { standInCore } from './testing/standInCore.ts';
import { never } from './testing/wires.ts';

/** Sends raw lines to a served core and returns what it answers until it closes. */
async function exchange(...lines: readonly string[]): Promise<unknown[]> {
  const [hostEnd, coreEnd] = duplexPair();
  const served = serveConnection(
    standInCore(),
    new FrameReader(coreEnd),
    new FrameWriter(coreEnd),
    { log: () => undefined },
    never,
  );
  const answers: unknown[] = [];
  const decoder = new FrameDecoder();
  hostEnd.on('data', (chunk: Uint8Array) => {
    for (const text of decoder.push(chunk)) answers.push(JSON.parse(text));
  });
  const ended = once(hostEnd, 'end');
  for (const line of lines) hostEnd.write(`${line}\n`);
  await ended;
  hostEnd.end();
  await served;
  return answers;
}

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, host: { name: 'test', version: '1' }, capabilities: { files: false } },
});
const shutdown = JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'shutdown' });

describe('what is no message', () => {
  it.each([
    ['no JSON', 'hello'],
    ['a batch', `[${initialize}]`],
    ['no JSON-RPC', '{"id": 1, "method": "runs/list"}'],
    ['an object for an id', '{"jsonrpc": "2.0", "id": {}, "method": "runs/list"}'],
    ['a cancel of nothing', '{"jsonrpc": "2.0", "method": "$/cancelRequest"}'],
    ['text for params', '{"jsonrpc": "2.0", "id": 1, "method": "runs/list", "params": "x"}'],
    ['an empty object', '{"jsonrpc": "2.0"}'],
    ['null', 'null'],
  ])('(%s) is answered with a reason and ends the connection', async (_what, line) => {
    const answers = await exchange(line);
    expect(answers).toMatchObject([{ jsonrpc: '2.0', id: null, error: { data: { code: 'protocol.invalid' } } }]);
  });
});

describe('a method', () => {
  it.each(['runs/explode', 'toString', '__proto__'])('%s that nobody knows is an error of JSON-RPC', async (method) => {
    const answers = await exchange(initialize, JSON.stringify({ jsonrpc: '2.0', id: 2, method }), shutdown);
    expect(answers).toMatchObject([
      { id: 1, result: { protocolVersion } },
      { id: 2, error: { code: -32601, data: { code: 'protocol.invalid' } } },
      { id: 99, result: {} },
    ]);
  });

  it('refuses parameters by position', async () => {
    const answers = await exchange(
      initialize,
      '{"jsonrpc": "2.0", "id": 2, "method": "runs/get", "params": ["a"]}',
      shutdown,
    );
    expect(answers[1]).toMatchObject({ id: 2, error: { code: -32602, data: { code: 'protocol.invalid' } } });
  });
});
