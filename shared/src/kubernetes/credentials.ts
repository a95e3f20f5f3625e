/** What a request proves its sender with. Never printed: `credentialFacts` says what may be told about it. */
export interface Credential {
  /** Value of the `Authorization` header. */
  readonly authorization?: string | undefined;
  /** Client certificate chain and its key, PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Where credentials come from: a kubeconfig user, an exec plugin, a sign-in. */
export interface CredentialSource {
  /**
   * What to authenticate with now; cached by the source.
   * @throws SlipwayError `credentials.failed`
   */
  current(signal: AbortSignal): Promise<Credential>;
  /**
   * The cluster answered 401 to `refused`: fetches anew. False when the source could only give the same again.
   * @throws SlipwayError `credentials.failed`
   */
  renew(refused: Credential, signal: AbortSignal): Promise<boolean>;
  /** Ends what the source has running. */
  dispose?(): void;
}

/** One credential for good. */
export function fixedCredential(credential: Credential): CredentialSource {
  return { current: () => Promise.resolve(credential), renew: () => Promise.resolve(false) };
}
