/** The kubelet speaks this one; kubectl's own tunnel has a name that is no valid token for `ws`. */
export const portForwardProtocol = 'v4.channel.k8s.io';

/** One port: its data is channel 0, its errors channel 1. */
export const dataChannel = 0;
const errorChannel = 1;

export type PortFrame =
  | { readonly kind: 'data' | 'error'; readonly bytes: Uint8Array }
  /** The port, which comes first on each channel. */
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'garbage' };

/**
 * Reads the messages of a port-forward. The first two bytes on each channel are the port, little endian; they may come in
 * pieces, and with bytes behind them.
 */
export class PortFrameReader {
  readonly #prefixes = new Map<number, number[]>();

  /** Takes a message; gives what is in it, which may be two things: the end of the prefix and data. */
  read(message: Uint8Array): PortFrame[] {
    const [channel] = message;
    if (channel !== dataChannel && channel !== errorChannel) return [{ kind: 'garbage' }];
    const prefix = this.#prefixes.get(channel) ?? [];
    this.#prefixes.set(channel, prefix);
    const missing = 2 - prefix.length;
    const first = message.subarray(1, 1 + missing);
    const rest = message.subarray(1 + first.length);
    prefix.push(...first);
    const [low, high] = prefix;
    const frames: PortFrame[] = [];
    if (first.length > 0 && low !== undefined && high !== undefined)
      frames.push({ kind: 'port', port: low | (high << 8) });
    if (rest.length > 0) frames.push({ kind: channel === dataChannel ? 'data' : 'error', bytes: rest });
    return frames;
  }
}
