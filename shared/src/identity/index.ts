/**
 * Identity: the contexts, that is the named places to run as someone, and signing in with an identity provider. Touches
 * `config.yaml`, the folder of sign-ins, the keyring and the provider. Start reading at config/parseConfig.ts and identity.ts.
 */
export { configPath, readConfig, readConfigText } from './config/configFile.ts';
export {
  removeContext,
  replaceConfig,
  saveContext,
  saveContexts,
  setContextSpace,
  useContext,
} from './config/editConfig.ts';
export { parseConfig, type Config } from './config/parseConfig.ts';
export { readImport, type Import, type ImportOptions } from './import/readImport.ts';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  type SignInChange,
  type SignInRequest,
} from './identity.ts';
export { type IdTokenClaims, personOf } from './provider/claims.ts';
export { signInId } from './provider/settings.ts';
export { signatureAlgorithm } from './whoami/token.ts';
export { whoAmI, type TokenInUse, type WhoAmIOptions } from './whoami/whoAmI.ts';
