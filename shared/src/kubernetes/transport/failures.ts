import type { ApiStatus } from './status.ts';
import type { CredentialFacts } from './credentialFacts.ts';

/** What went wrong before there was an answer that could be understood. */
export type TransportFault =
  /** No connection: refused, no such host, no route. */
  | 'unreachable'
  /** Nothing came for too long. */
  | 'timeout'
  /** The server's certificate is not trusted. */
  | 'untrusted'
  /** The server did not take our client certificate. */
  | 'clientCertificate'
  /** The proxy did not let us through. */
  | 'proxy'
  /** A connection that had worked ended. */
  | 'cut'
  /** What came was not understood. */
  | 'protocol';

/** No usable answer. Its message holds no secret. */
export class TransportFailure extends Error {
  readonly fault: TransportFault;
  /** Node's or OpenSSL's code: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string;
  /** The request went out on a connection that had been used before, and no byte of an answer came. */
  readonly stale: boolean;

  constructor(
    fault: TransportFault,
    message: string,
    options: { code?: string; stale?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TransportFailure';
    this.fault = fault;
    this.code = options.code ?? '';
    this.stale = options.stale ?? false;
  }
}

/** An answer of the API server that is not a success. The cause of the SlipwayError that people see. */
export class ApiFailure extends Error {
  /** HTTP status. */
  readonly status: number;
  /** The Status object's reason: `NotFound`, `AlreadyExists`; empty where there was none. */
  readonly reason: string;
  readonly details: ApiStatus['details'];
  /** How long the server asks to wait; milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The server's clock, epoch milliseconds. */
  readonly date: number | undefined;
  /** What may be told about the credential that was used. */
  readonly credential: CredentialFacts | undefined;
  /** False when the body was no Status object: a proxy's page, for example. */
  readonly understood: boolean;

  constructor(answer: {
    readonly status: number;
    readonly body: ApiStatus | undefined;
    /** The Status message, or what could be made of the body. */
    readonly message: string;
    readonly retryAfterMs?: number | undefined;
    readonly date?: number | undefined;
    readonly credential?: CredentialFacts | undefined;
  }) {
    super(answer.message);
    this.name = 'ApiFailure';
    this.status = answer.status;
    this.reason = answer.body?.reason ?? '';
    this.details = answer.body?.details;
    this.retryAfterMs = answer.retryAfterMs;
    this.date = answer.date;
    this.credential = answer.credential;
    this.understood = answer.body !== undefined;
  }
}
