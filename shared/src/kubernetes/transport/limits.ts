/** Limits of time (milliseconds) and size (bytes). */
export interface TransportLimits {
  /** Until a connection stands, TLS and proxy included. */
  readonly connectMs: number;
  /** From a read's start until its headers. */
  readonly headersMs: number;
  /** The same for a write: admission webhooks may take 30 s each, and the API server gives up after 60 s. */
  readonly writeHeadersMs: number;
  /** Between two pieces of an answer that is read whole. */
  readonly bodyIdleMs: number;
  /** The longest answer that is read whole, after decompression. */
  readonly bodyBytes: number;
  /** The longest message of a WebSocket. */
  readonly messageBytes: number;
  /** The longest wait that a `Retry-After` may ask for. */
  readonly retryAfterMs: number;
}

export const defaultLimits: TransportLimits = {
  connectMs: 10_000,
  headersMs: 30_000,
  writeHeadersMs: 65_000,
  bodyIdleMs: 30_000,
  bodyBytes: 128 * 1024 * 1024,
  messageBytes: 32 * 1024 * 1024,
  retryAfterMs: 10_000,
};
