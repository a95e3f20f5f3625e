import { duplexPair } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { PipeChannel } from './pipeChannel.ts';

/** For a machine that does other things besides. */
const patient = { timeout: 20_000 };

function rig(limitBytes?: number) {
  const [here, there] = duplexPair();
  const channel = new PipeChannel(here, limitBytes);
  const texts: string[] = [];
  const closed = vi.fn();
  channel.onMessage((text) => texts.push(text));
  channel.onClose(closed);
  return { channel, there, texts, closed };
}

it('carries messages that the pipe cuts anywhere', async () => {
  const { channel, there, texts } = rig();
  for (const byte of Buffer.from('{"a":"研究"}\n\n[1]\n')) there.write(Uint8Array.of(byte));
  await vi.waitFor(() => expect(texts).toEqual(['{"a":"研究"}', '[1]']), patient);
  channel.send('{"b":1}');
  await vi.waitFor(() => expect(String(there.read())).toBe('{"b":1}\n'), patient);
});

it('tells of the end, whoever ends it', async () => {
  const { there, closed } = rig();
  there.end();
  await vi.waitFor(() => expect(closed).toHaveBeenCalledWith(undefined), patient);
  const other = rig();
  other.channel.close();
  await vi.waitFor(() => expect(other.closed).toHaveBeenCalledWith(undefined), patient);
  expect(() => other.channel.send('{}')).toThrow('The connection is closed.');
});

it('refuses a message above the limit and goes on', () => {
  const { channel, closed } = rig(10);
  expect(() => channel.send('x'.repeat(10))).toThrow('11 bytes, 10 are allowed');
  channel.send('x'.repeat(9));
  expect(closed).not.toHaveBeenCalled();
});

it('cuts off a core that sends what is no message, or reads none', async () => {
  const broken = rig(10);
  broken.there.write('x'.repeat(11));
  const invalid = expect.objectContaining({ code: 'protocol.invalid' }) as unknown;
  await vi.waitFor(() => expect(broken.closed).toHaveBeenCalledWith(invalid), patient);
  const deaf = rig(100_000);
  const flood = (): void => {
    for (let count = 0; count < 10; count += 1) deaf.channel.send('x'.repeat(90_000));
  };
  expect(flood).toThrow('The core does not read what it is told.');
});
