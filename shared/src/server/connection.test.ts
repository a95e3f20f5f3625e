import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import { runNamed, standInCore } from './testing/standInCore.ts';
import { containing } from './testing/matchers.ts';
import { hello, never, wire } from './testing/wires.ts';

describe('a connection', () => {
  it('answers requests once initialize was sent', async () => {
    const { client, log } = wire(standInCore());
    expect((await hello(client)).contexts).toEqual(['local']);
    expect((await client.request('runs/get', { run: 'a-1' }, never)).name).toBe('a-1');
    expect(log).toEqual([]);
  });

  it('refuses everything before initialize, and a second initialize', async () => {
    const core = standInCore();
    const { client } = wire(core);
    await expect(client.request('runs/list', {}, never)).rejects.toMatchObject({ code: 'protocol.invalid' });
    expect(core.sessions).toHaveLength(0);
    await hello(client);
    await expect(hello(client)).rejects.toThrow(/twice/);
    expect(core.sessions).toHaveLength(1);
  });

  it('speaks the language of its client: in results, notifications and errors, not in the log', async () => {
    const run = { ...runNamed('a-1'), reason: 'cancelled on request' };
    const core = standInCore(() => ({
      'runs/get': () => Promise.resolve(run),
      'runs/delete': () =>
        Promise.reject(new SlipwayError('internal', 'There is no run "b".', { action: 'Try again.' })),
    }));
    const { client, log } = wire(core);
    await hello(client, false, 'zh-cn');
    const heard: unknown[] = [];
    client.onNotification('run/changed', (params) => heard.push(params.run.reason));
    core.sessions[0]?.notify('run/changed', { watch: 'w', run });
    expect((await client.request('runs/get', { run: 'a-1' }, never)).reason).toBe('已按请求取消');
    expect(heard).toEqual(['已按请求取消']);
    const refusal = { code: 'internal', message: '没有运行 "b"。', action: '请重试。' };
    await expect(client.request('runs/delete', { run: 'b' }, never)).rejects.toMatchObject(refusal);
    expect(log.join()).toContain('There is no run');
    const english = wire(core);
    await hello(english.client, false, 'en');
    expect((await english.client.request('runs/get', { run: 'a-1' }, never)).reason).toBe('cancelled on request');
  });

  it('takes requests that were sent right behind initialize', async () => {
    const { client } = wire(standInCore());
    const [, run] = await Promise.all([hello(client), client.request('runs/get', { run: 'b' }, never)]);
    expect(run.name).toBe('b');
  });

  it('names the upgrade when the protocol majors differ', async () => {
    const core = standInCore();
    const { client } = wire(core);
    const host = { name: 'vscode', version: '0.1.0' };
    const params = { protocolVersion: '0.9', host, capabilities: { files: false } };
    await expect(client.request('initialize', params, never)).rejects.toMatchObject({
      code: 'protocol.version',
      action: containing('code --install-extension'),
    });
    expect(core.sessions).toHaveLength(0);
  });

  it('checks parameters and says which one is wrong, without its value', async () => {
    const { client } = wire(standInCore());
    await hello(client);
    const wrong = JSON.parse('{"run": {"token": "hunter22"}}') as { run: string };
    const error = await client.request('runs/get', wrong, never).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'protocol.invalid', message: containing('at run') });
    expect(String(error)).not.toContain('hunter22');
  });

  it("calls a wrong job spec the person's input", async () => {
    const { client } = wire(standInCore());
    await hello(client);
    const folder = { kind: 'disk' as const, path: '/x' };
    const spec = JSON.parse('{"notebok": "a.ipynb"}') as object;
    await expect(client.request('runs/submit', { context: 'local', folder, spec }, never)).rejects.toMatchObject({
      code: 'spec.invalid',
      message: containing('notebok'),
    });
  });

  it('passes named failures on with their action and request and hides the others', async () => {
    const token = 'a-very-secret-token';
    const request = { context: 'gpu', server: 'https://k8s', user: 'ada', verb: 'get', object: 'pods "x" in team' };
    const core = standInCore(() => ({
      'runs/get': () =>
        Promise.reject(new SlipwayError('run.notFound', 'There is no run x.', { action: 'slipway runs', request })),
      'runs/submit': ({ spec }) => Promise.reject(new Error(`boom with ${spec.env?.TOKEN ?? ''}`)),
    }));
    const { client, log } = wire(core);
    await hello(client);
    await expect(client.request('runs/get', { run: 'x' }, never)).rejects.toMatchObject({
      code: 'run.notFound',
      message: 'There is no run x.',
      action: 'slipway runs',
      request,
    });
    expect(log).toEqual([]);
    const folder = { kind: 'disk' as const, path: '/x' };
    const spec = { notebook: 'a.ipynb', env: { TOKEN: token } };
    await expect(client.request('runs/submit', { context: 'local', folder, spec }, never)).rejects.toMatchObject({
      code: 'internal',
      message: 'The core failed to answer runs/submit.',
    });
    expect(log.join('\n')).toContain('boom with [hidden]');
    expect(log.join('\n')).not.toContain(token);
  });

  it('answers with an error where the answer is too long, and goes on', async () => {
    const core = standInCore(() => ({ 'runs/get': ({ run }) => Promise.resolve(runNamed(run.repeat(500))) }));
    const { client } = wire(core, never, 2000);
    await hello(client);
    await expect(client.request('runs/get', { run: 'abc' }, never)).rejects.toMatchObject({
      code: 'internal',
      message: containing('2000 are allowed'),
    });
    expect((await client.request('runs/get', { run: 'a' }, never)).name).toHaveLength(500);
  });

  it('tells the log once that a client was cut off, and nothing of one that left', async () => {
    const core = standInCore();
    const slow = wire(core, never, 100_000);
    const gone = wire(core);
    await Promise.all([hello(slow.client), hello(gone.client)]);
    gone.hostEnd.destroy();
    slow.hostEnd.pause();
    const run = runNamed('x'.repeat(10_000));
    for (const session of core.sessions)
      for (let i = 0; i < 100; i += 1) session.notify('run/changed', { watch: 'w', run });
    slow.hostEnd.destroy();
    gone.client.dispose();
    await slow.client.closed;
    expect(gone.log).toEqual([]);
    expect(slow.log).toHaveLength(1);
    expect(slow.log[0]).toContain('does not read');
  });

  it('lets a cancel reach the work, and ends the wait at once', async () => {
    const aborted: unknown[] = [];
    let started: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (started = resolve));
    const core = standInCore(() => ({
      'logs/read': (_params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(signal.reason);
            reject(new DOMException('stopped', 'AbortError'));
          });
          started();
        }),
    }));
    const { client, log } = wire(core);
    await hello(client);
    const controller = new AbortController();
    const reading = client.request('logs/read', { run: 'a', position: '' }, controller.signal);
    await running;
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await client.request('runs/list', {}, never);
    expect(aborted).toMatchObject([{ code: 'cancelled' }]);
    expect(log).toEqual([]);
    await expect(client.request('runs/list', {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('aborts open work and ends the session when the client leaves', async () => {
    let signalSeen: AbortSignal | undefined;
    const core = standInCore(() => ({
      'logs/read': (_params, signal) => {
        signalSeen = signal;
        return new Promise(() => undefined);
      },
    }));
    const { client, served } = wire(core);
    await hello(client);
    const reading = client.request('logs/read', { run: 'a', position: '' }, never);
    await client.request('runs/list', {}, never);
    client.dispose();
    await expect(reading).rejects.toBeInstanceOf(SlipwayError);
    await served;
    expect(signalSeen?.aborted).toBe(true);
    expect(core.sessions[0]?.disposed).toBe(true);
  });

  it('tells its own session only', async () => {
    const core = standInCore();
    const first = wire(core);
    const second = wire(core);
    const heard: string[] = [];
    first.client.onNotification('run/changed', ({ run }) => heard.push(`first ${run.name}`));
    second.client.onNotification('run/changed', ({ run }) => heard.push(`second ${run.name}`));
    await hello(first.client);
    await hello(second.client);
    core.sessions[0]?.notify('run/changed', { watch: 'w', run: runNamed('a') });
    core.sessions[1]?.notify('run/changed', { watch: 'w', run: runNamed('b') });
    await Promise.all([first, second].map(({ client }) => client.request('runs/list', {}, never)));
    expect(heard).toEqual(['first a', 'second b']);
  });

  it('drops notifications that break their schema, and says so', async () => {
    const core = standInCore();
    const { client, problems } = wire(core);
    const heard: unknown[] = [];
    client.onNotification('submit/progress', (params) => heard.push(params));
    await hello(client);
    core.sessions[0]?.notify('submit/progress', JSON.parse('{"text": 5}') as { text: string });
    core.sessions[0]?.notify('submit/progress', { text: 'reading' });
    await client.request('runs/list', {}, never);
    expect(heard).toEqual([{ text: 'reading' }]);
    expect(problems).toMatchObject([{ code: 'protocol.invalid' }]);
  });

  it('answers shutdown, then ends', async () => {
    const { client, served } = wire(standInCore());
    await hello(client);
    expect(await client.request('shutdown', {}, never)).toEqual({});
    await served;
    expect((await client.closed).message).toBe('The core closed the connection.');
  });

  it('ends when the core ends', async () => {
    const controller = new AbortController();
    const core = standInCore();
    const { client, served } = wire(core, controller.signal);
    await hello(client);
    controller.abort();
    await served;
    expect(core.sessions[0]?.disposed).toBe(true);
    await expect(client.request('runs/list', {}, never)).rejects.toBeInstanceOf(SlipwayError);
  });

  it('leaves nothing at the signal of the core, which outlives it', async () => {
    const { signal } = new AbortController();
    const { hostEnd, client, served } = wire(standInCore(), signal);
    await hello(client);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    hostEnd.end();
    await served;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('asks the host for its files, checks the answers and passes its failures on', async () => {
    const core = standInCore((session) => ({
      'runs/get': async ({ run }, signal) => {
        const files = session.hostFiles;
        if (files === undefined) return runNamed('none');
        const { data } = await files['files/read']({ folder: 'f', path: run, offset: 0, length: 10 }, signal);
        return runNamed(data);
      },
    }));
    const { client } = wire(core);
    client.serveFiles({
      'files/list': () => Promise.reject(new Error('unused')),
      'files/stat': () => Promise.reject(new Error('unused')),
      'files/read': ({ path }) => {
        if (path === 'denied') return Promise.reject(new SlipwayError('disk.denied', 'No right to read it.'));
        if (path === 'broken') return Promise.reject(new Error('details of the host'));
        if (path === 'odd') return Promise.resolve(JSON.parse('{"data": 7}') as { data: string });
        return Promise.resolve({ data: `content of ${path}` });
      },
    });
    await hello(client, true);
    expect((await client.request('runs/get', { run: 'a.txt' }, never)).name).toBe('content of a.txt');
    await expect(client.request('runs/get', { run: 'denied' }, never)).rejects.toMatchObject({ code: 'disk.denied' });
    await expect(client.request('runs/get', { run: 'odd' }, never)).rejects.toMatchObject({
      code: 'protocol.invalid',
      message: containing('files/read'),
    });
    const broken = await client.request('runs/get', { run: 'broken' }, never).catch((reason: unknown) => reason);
    expect(broken).toMatchObject({ code: 'internal', message: 'The host failed to answer files/read.' });
  });

  it('offers no callbacks to a host without them', async () => {
    const core = standInCore();
    await hello(wire(core).client, false);
    expect(core.sessions[0]?.hostFiles).toBeUndefined();
  });

  it('tells a client of ours why it was cut off', async () => {
    const { client, hostEnd } = wire(standInCore());
    await hello(client);
    hostEnd.write('rubbish\n');
    expect(await client.closed).toMatchObject({ code: 'protocol.invalid', message: 'A message is not JSON.' });
    await expect(client.request('runs/list', {}, never)).rejects.toMatchObject({ code: 'protocol.invalid' });
  });
});
