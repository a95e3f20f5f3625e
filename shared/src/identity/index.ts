/**
 * Identity: the contexts, that is the named places to run as someone, and signing in with an identity provider. Touches
 * the configuration file, the folder of sign-ins, the keyring and the provider. Start reading at contexts.ts and identity.ts.
 */
export * from './contexts.ts';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  type SignInChange,
  type SignInRequest,
} from './identity.ts';
export type { IdTokenClaims } from './provider/claims.ts';
export { signInId } from './provider/settings.ts';
