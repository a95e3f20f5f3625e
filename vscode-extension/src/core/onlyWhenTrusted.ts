import type { Client } from '@slipway/shared/client';
import { type RequestName, SlipwayError } from '@slipway/shared/protocol';

/** Methods that make a run, hence execute code. */
const starting: ReadonlySet<RequestName> = new Set<RequestName>([
  'runs/submit',
  'runs/submitManifest',
  'runs/rerun',
  'runs/retry',
]);

/** What a workspace that is not trusted is told. */
export interface Refusal {
  readonly message: string;
  readonly action: string;
}

/** The connection, starting no run for a workspace that is not trusted, whatever asks: command, menu, notification, panel. */
export function onlyWhenTrusted(client: Client, isTrusted: () => boolean, { message, action }: Refusal): Client {
  return {
    closed: client.closed,
    request: async (name, params, signal) => {
      if (starting.has(name) && !isTrusted()) throw new SlipwayError('usage', message, { action });
      return client.request(name, params, signal);
    },
    onNotification: (name, listener) => client.onNotification(name, listener),
    dispose: () => client.dispose(),
  };
}
