import type { Client } from '@slipway/shared/client';
import { type RequestName, requests } from '@slipway/shared/protocol';
import { expect, it } from 'vitest';
import { onlyWhenTrusted } from './onlyWhenTrusted.ts';

const refusal = { message: 'not trusted', action: 'trust it' };

function connection(isTrusted: () => boolean): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const inner: Client = {
    closed: new Promise(() => undefined),
    request: (name) => {
      asked.push(name);
      return new Promise(() => undefined);
    },
    onNotification: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  };
  return { client: onlyWhenTrusted(inner, isTrusted, refusal), asked };
}

const ask = (client: Client, name: RequestName): Promise<unknown> =>
  client.request(name, {}, new AbortController().signal);

it('starts nothing for a workspace that is not trusted, and lets everything else through', async () => {
  const { client, asked } = connection(() => false);
  const names = Object.keys(requests) as RequestName[];
  const starting: RequestName[] = ['runs/submit', 'runs/submitManifest', 'runs/rerun', 'runs/retry'];
  for (const name of starting) {
    await expect(ask(client, name)).rejects.toMatchObject({
      code: 'usage',
      message: 'not trusted',
      action: 'trust it',
    });
  }
  const others = names.filter((name) => !starting.includes(name));
  for (const name of others) void ask(client, name);
  expect(asked).toEqual(others);
});

it('starts runs as soon as the workspace is trusted', async () => {
  let trusted = false;
  const { client, asked } = connection(() => trusted);
  await expect(ask(client, 'runs/submit')).rejects.toThrow();
  trusted = true;
  void ask(client, 'runs/submit');
  expect(asked).toEqual(['runs/submit']);
});
