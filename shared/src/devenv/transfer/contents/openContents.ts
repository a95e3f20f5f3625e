import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { contentsReply, notUnderstood, understood } from '../helperReplies.ts';
import { makeConnectionIdentity } from './certificate.ts';
import { ContentStream } from './contentStream.ts';

/** Connects to a port on the loopback interface at the other end. The signal ends the connection, too. */
export type DialRemote = (port: number, signal: AbortSignal) => Promise<Duplex>;

/** As of the helper's requests. */
type Request = (op: string, fields: object, take: (reply: object) => boolean) => Promise<void>;

/**
 * Has the helper listen, and connects to it. What each side needs to know the other goes through the session.
 * @throws RemoteRefusal where nobody came to the helper, or it cannot listen; SlipwayError of the session
 */
export async function openContents(request: Request, dial: DialRemote, signal: AbortSignal): Promise<ContentStream> {
  const identity = makeConnectionIdentity();
  const secret = randomBytes(32);
  const opening: Promise<ContentStream>[] = [];
  const inVain = new AbortController();
  const either = AbortSignal.any([signal, inVain.signal]);
  const connect = async (port: number): Promise<ContentStream> => {
    try {
      return await ContentStream.accept(await dial(port, either), identity, secret);
    } catch (error) {
      // The helper waits for us until anything else is asked for.
      await request('nothing', {}, () => true);
      throw error;
    }
  };
  try {
    await request('contents', { certificate: identity.certificate, secret: secret.toString('hex') }, (reply) => {
      const told = understood(contentsReply, reply);
      if ('opened' in told) return true;
      opening.push(connect(told.port));
      return false;
    });
  } catch (error) {
    inVain.abort(error);
    for (const ended of await Promise.allSettled(opening)) if (ended.status === 'fulfilled') ended.value.destroy();
    throw error;
  }
  const [stream] = opening;
  if (stream === undefined) throw notUnderstood();
  return stream;
}
