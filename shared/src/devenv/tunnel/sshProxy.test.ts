import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClientInput } from './clientInput.ts';
import { pipeSession } from './pipeSession.ts';

/** A stream whose two directions are looked at from outside. */
class Peer extends Duplex {
  readonly heard: string[] = [];
  override _read(): void {
    // What is to be read is pushed by the test.
  }
  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.heard.push(Buffer.from(chunk).toString());
    done();
  }
}

describe('what an ssh client sends', () => {
  it('is sent again to the next server while none has answered, and once from then on', async () => {
    const client = new PassThrough();
    const input = new ClientInput(client);
    client.write('SSH-2.0-client\r\n');
    await turn();
    const [first, second] = [new Peer(), new Peer()];
    input.sendTo(first);
    first.destroy();
    input.sendTo(second);
    client.write('more');
    await turn();
    input.answered();
    client.write('and more');
    await turn();
    expect(first.heard.join('')).toBe('SSH-2.0-client\r\n');
    expect(second.heard.join('')).toBe('SSH-2.0-client\r\nmoreand more');
  });

  it('ends the waiting when the client goes away', async () => {
    const client = new PassThrough();
    const input = new ClientInput(client);
    const gone = new Promise<void>((resolve) => input.onGone(resolve));
    client.end('SSH-2.0-client\r\n');
    await gone;
  });

  it('waits where the connection does', async () => {
    let asked = 0;
    const client = new Readable({
      highWaterMark: 1_024,
      read() {
        asked += 1;
        this.push(Buffer.alloc(1_024));
      },
    });
    const input = new ClientInput(client);
    const stuck = new Writable({ highWaterMark: 4_096, write: () => undefined });
    input.sendTo(stuck);
    input.answered();
    for (let count = 0; count < 200; count += 1) await turn();
    expect(asked).toBeLessThan(30);
    client.destroy();
  });
});

describe('a session', () => {
  function session() {
    const client = new PassThrough();
    const output = new PassThrough();
    const peer = new Peer();
    const input = new ClientInput(client);
    input.sendTo(peer);
    const ended = pipeSession(peer, input, { source: client, output });
    return { client, output, peer, ended };
  }
  const text = async (stream: Readable): Promise<string> => {
    let all = '';
    for await (const chunk of stream) all += String(chunk);
    return all;
  };

  it('hands over all that came before the server closed', async () => {
    const { output, peer, ended } = session();
    for (let count = 0; count < 100; count += 1) peer.push(`${count};`.repeat(100));
    peer.push(null);
    const read = text(output);
    expect(await ended).toBe('server');
    output.end();
    expect((await read).length).toBe([...Array(100).keys()].join(';').length * 100 + 100);
  });

  it('ends well when the client has gone and the server closes then', async () => {
    const { client, peer, ended } = session();
    client.end('bye');
    await turn();
    await turn();
    peer.push(null);
    expect(await ended).toBe('client');
    expect(peer.heard.join('')).toBe('bye');
    expect(peer.writableEnded).toBe(true);
  });

  it('says what broke it', async () => {
    const { peer, ended } = session();
    peer.destroy(new Error('cut'));
    await expect(ended).rejects.toThrow('cut');
  });

  it('ends when whoever reads has gone', async () => {
    const { output, peer, ended } = session();
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(await ended).toBe('client');
    expect(peer.destroyed).toBe(true);
  });
});
