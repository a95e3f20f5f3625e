/** What people read where there is no connection to the core. */
export interface ConnectionWords {
  /** It was there. */
  readonly connectionBroken: string;
  /** It did not come about. */
  readonly notConnected: string;
  /** What to do next. */
  readonly reconnects: string;
}
