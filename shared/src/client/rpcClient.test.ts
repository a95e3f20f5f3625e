import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import type { HostFiles } from './hostFiles.ts';
import { type MessageChannel, RpcClient } from './rpcClient.ts';

/** For a machine that does other things besides. */
const patient = { timeout: 20_000 };

const never = new AbortController().signal;

const noFiles: HostFiles = {
  'files/list': () => Promise.reject(new SlipwayError('files.refused', 'Not here.', { action: 'Look elsewhere.' })),
  'files/stat': () => Promise.reject(new TypeError('a secret')),
  'files/read': ({ path }) => Promise.resolve({ data: path }),
};

/** A client, and the other side of its channel in the hands of the test. */
function rig(files: HostFiles = noFiles) {
  const sent: Record<string, unknown>[] = [];
  const problems: string[] = [];
  const closed = vi.fn();
  let hear: (text: string) => void = () => undefined;
  let end: (reason: SlipwayError | undefined) => void = () => undefined;
  let refusal: Error | undefined;
  const channel: MessageChannel = {
    send: (text) => {
      if (refusal !== undefined) throw refusal;
      sent.push(JSON.parse(text) as Record<string, unknown>);
    },
    onMessage: (listener) => (hear = listener),
    onClose: (listener) => (end = listener),
    close: closed,
  };
  const client = new RpcClient({ channel, files, onProblem: (problem) => problems.push(problem.message) });
  return {
    client,
    sent,
    problems,
    closed,
    hear: (text: string) => hear(text),
    tell: (message: object) => hear(JSON.stringify({ jsonrpc: '2.0', ...message })),
    end: (reason?: SlipwayError) => end(reason),
    refuse: (error: Error) => (refusal = error),
  };
}

describe('a request', () => {
  it('gets its own answer, whatever the order', async () => {
    const { client, sent, tell } = rig();
    const first = client.request('runs/get', { run: 'a' }, never);
    const second = client.request('runs/list', {}, never);
    expect(sent).toEqual([
      { jsonrpc: '2.0', id: 1, method: 'runs/get', params: { run: 'a' } },
      { jsonrpc: '2.0', id: 2, method: 'runs/list', params: {} },
    ]);
    tell({ id: 2, result: { runs: [] } });
    const request = { context: 'gpu', server: 'https://k8s', user: 'ada', verb: 'get', object: 'pods "x" in team' };
    const data = { code: 'run.notFound', action: 'List them.', request };
    tell({ id: 1, error: { code: -32803, message: 'No such run.', data } });
    expect(await second).toEqual({ runs: [] });
    await expect(first).rejects.toMatchObject({ message: 'No such run.', ...data });
  });

  it('fails as internal where the core gives no name that is known', async () => {
    const { client, tell } = rig();
    const asked = client.request('runs/list', {}, never);
    tell({ id: 1, error: { code: 1, message: 'Odd.', data: { code: 'toString' } } });
    await expect(asked).rejects.toMatchObject({ code: 'internal', message: 'Odd.' });
  });

  it('ends at once when it is called off, and the core is told', async () => {
    const { client, sent, tell } = rig();
    const controller = new AbortController();
    const asked = client.request('logs/read', { run: 'a', position: '0' }, controller.signal);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent.at(-1)).toMatchObject({ method: '$/cancelRequest', params: { id: 1 } });
    tell({ id: 1, error: { code: -32800, message: 'late' } });
    await expect(client.request('runs/list', {}, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent).toHaveLength(2);
  });

  it('that cannot be sent says why, and leaves the connection as it is', async () => {
    const { client, refuse, closed } = rig();
    refuse(new SlipwayError('files.refused', 'Too large.'));
    await expect(client.request('runs/list', {}, never)).rejects.toMatchObject({ code: 'files.refused' });
    expect(closed).not.toHaveBeenCalled();
  });
});

describe('the end of a connection', () => {
  it('has the reason that the core gave, for all who wait and all who come later', async () => {
    const { client, tell, end } = rig();
    const asked = client.request('runs/list', {}, never);
    tell({ id: null, error: { code: -32600, message: 'Too long.', data: { code: 'protocol.invalid' } } });
    end();
    await expect(asked).rejects.toMatchObject({ code: 'protocol.invalid', message: 'Too long.' });
    expect((await client.closed).message).toBe('Too long.');
    await expect(client.request('runs/list', {}, never)).rejects.toMatchObject({ message: 'Too long.' });
  });

  it('comes at once with dispose, and calls off what is answered for the core', async () => {
    let signal: AbortSignal | undefined;
    const { client, tell, closed } = rig({
      ...noFiles,
      'files/read': (_params, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    });
    tell({ id: 'x', method: 'files/read', params: {} });
    client.dispose();
    expect((await client.closed).code).toBe('internal');
    expect(closed).toHaveBeenCalledOnce();
    expect(signal?.aborted).toBe(true);
  });

  it.each(['', 'x', '[]', '{"jsonrpc":"1.0"}', '{"jsonrpc":"2.0","id":{}}', '{"jsonrpc":"2.0","error":1}'])(
    'comes with a message that is none: %j',
    async (text) => {
      const { client, hear, closed } = rig();
      hear(text);
      expect((await client.closed).code).toBe('protocol.invalid');
      expect(closed).toHaveBeenCalled();
    },
  );
});

describe('what the core asks of its host', () => {
  it('is answered, or refused by name without what is nobody’s business', async () => {
    const { sent, tell } = rig();
    tell({ id: 'a', method: 'files/read', params: { path: 'x' } });
    tell({ id: 'b', method: 'files/list', params: {} });
    tell({ id: 'c', method: 'files/stat', params: {} });
    tell({ id: 'd', method: '__proto__', params: {} });
    await vi.waitFor(() => expect(sent).toHaveLength(4), patient);
    const answer = (id: string): unknown => sent.find((message) => message.id === id);
    expect(answer('a')).toMatchObject({ result: { data: 'x' } });
    expect(answer('b')).toMatchObject({
      error: { message: 'Not here.', data: { code: 'files.refused', action: 'Look elsewhere.' } },
    });
    expect(answer('c')).toMatchObject({ error: { message: 'The host failed to answer files/stat.' } });
    expect(answer('d')).toMatchObject({ error: { code: -32601 } });
  });

  it('is called off when the core says so', () => {
    let signal: AbortSignal | undefined;
    const { tell } = rig({
      ...noFiles,
      'files/list': (_params, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    });
    tell({ id: 3, method: 'files/list', params: {} });
    tell({ method: '$/cancelRequest', params: { id: 3 } });
    expect(signal?.aborted).toBe(true);
  });
});

it('tells of news, survives news that nothing can be done with, and passes over news that it does not know', () => {
  const { client, tell, problems } = rig();
  const heard: string[] = [];
  client.onNotification('run/changed', ({ run }) => heard.push(run.name));
  tell({ method: 'run/changed', params: { watch: '1' } });
  tell({ method: 'toString', params: {} });
  tell({ method: 'run/changed', params: { watch: '1', run: { name: 'a' } } });
  expect(heard).toEqual(['a']);
  expect(problems).toEqual(['The news run/changed of the core cannot be used.']);
});

it('survives whatever a core may send', () => {
  const keys = fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'error', 'result', 'code', 'message', 'data');
  const values = fc.oneof(fc.constantFrom('2.0', 1, null, 'files/read', '$/cancelRequest'), fc.jsonValue());
  const messages = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(keys, values).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 5 }), (texts) => {
      const { client, hear } = rig();
      client.request('runs/list', {}, never).catch(() => undefined);
      for (const text of texts) hear(text);
      client.dispose();
    }),
  );
});
