/** Absolute paths of what the tests' identity provider is made of. */
export interface IdentityProducts {
  /** Keycloak as unpacked and built. */
  readonly distribution: string;
  /** The folder of a database with our realm in it, to be copied. */
  readonly database: string;
  /** The archive of classes that makes Keycloak's start short. */
  readonly classes: string;
  /** The jar of the directory server. */
  readonly directoryJar: string;
}

/**
 * Fetches and builds what is missing; resolves when a start needs nothing more.
 * @throws Error in words where Java or Maven is missing and cannot be installed, or a part cannot be made
 */
export function prepareIdentityProvider(options?: { readonly log?: (line: string) => void }): Promise<IdentityProducts>;
